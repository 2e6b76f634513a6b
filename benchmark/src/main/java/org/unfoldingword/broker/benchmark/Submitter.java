package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
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
        ObjectNode message = Json.mapper()
                .createObjectNode()
                .put("user_id", user)
                .put("org_id", "bench")
                .put("client_id", "bench")
                .put("message", Integer.toString(number));
        message.putObject("metadata").put("number", number);
        callbackUrl.ifPresent(url -> message.put("callback_url", url));
        HttpRequest request = HttpRequest.newBuilder(messages)
                .timeout(Duration.ofSeconds(60))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofString(message.toString()))
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

    @Override
    public void close() {
        http.close();
    }

    /** When a message was sent and when it was accepted, {@link System#nanoTime}. */
    record Posted(long sentNanos, long answeredNanos) {}
}
