package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.unfoldingword.broker.message.Json;

/** A client of the broker. Safe for threads; posts a bounded number of messages at a time. */
final class Submitter implements AutoCloseable {

    private static final int POSTS_MAX = 64;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Semaphore places = new Semaphore(POSTS_MAX);
    private final URI messages;
    private final String key;

    Submitter(String brokerUrl, String key) {
        this.messages = URI.create(brokerUrl + "/api/v1/message");
        this.key = key;
    }

    /**
     * Submits message {@code number} of the user; returns when it is accepted.
     *
     * @param callbackUrl where the answer goes; none: it is left to be read
     */
    Posted post(String user, int number, Optional<String> callbackUrl) throws IOException, InterruptedException {
        ObjectNode message = message(user, callbackUrl).put("message", Integer.toString(number));
        message.putObject("metadata").put("number", number);
        return post(BodyPublishers.ofString(message.toString()));
    }

    /** As {@link #post(String, int, Optional)}, a recording of so many characters of base64, made while it is sent. */
    Posted voice(String user, int base64Bytes, Optional<String> callbackUrl) throws IOException, InterruptedException {
        String json = message(user, callbackUrl)
                .put("message_type", "audio")
                .put("audio_format", "ogg")
                .put("audio_base64", "")
                .toString();
        int at = json.length() - "\"}".length();
        return post(BodyPublishers.ofInputStream(() -> new SequenceInputStream(Collections.enumeration(
                List.of(bytes(json.substring(0, at)), new Repeated('A', base64Bytes), bytes(json.substring(at)))))));
    }

    private ObjectNode message(String user, Optional<String> callbackUrl) {
        ObjectNode message = Json.mapper()
                .createObjectNode()
                .put("user_id", user)
                .put("org_id", "bench")
                .put("client_id", "bench");
        callbackUrl.ifPresent(url -> message.put("callback_url", url));
        return message;
    }

    private Posted post(BodyPublisher body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(messages)
                .timeout(Duration.ofMinutes(2))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async")
                .POST(body)
                .build();
        places.acquire();
        try {
            long sentNanos = System.nanoTime();
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            long answeredNanos = System.nanoTime();
            if (answer.statusCode() != 202) {
                throw new IOException(
                        "POST /api/v1/message: " + answer.statusCode() + " (expected: 202): " + answer.body());
            }
            return new Posted(sentNanos, answeredNanos);
        } finally {
            places.release();
        }
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    @Override
    public void close() {
        http.close();
    }

    /** When a message was sent and when it was accepted, {@link System#nanoTime}. */
    record Posted(long sentNanos, long answeredNanos) {}

    /** One byte, so many times. */
    private static final class Repeated extends InputStream {
        private final byte value;
        private int left;

        Repeated(char value, int times) {
            this.value = (byte) value;
            this.left = times;
        }

        @Override
        public int read() {
            return left-- > 0 ? value : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (left <= 0) {
                return -1;
            }
            int some = Math.min(length, left);
            java.util.Arrays.fill(into, from, from + some, value);
            left -= some;
            return some;
        }
    }
}
