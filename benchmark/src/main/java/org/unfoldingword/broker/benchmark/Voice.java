package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Voice messages of 25 MB, 33 MB as base64, 20 at a time, through roles of 512 MB of heap each. */
final class Voice implements Scenario {

    private static final int HEAP_MEGABYTES = 512;
    private static final int AT_A_TIME = 20;
    private static final int BASE64_BYTES = 25 * 1024 * 1024 / 3 * 4;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int messages = bench.size(20, 60);
        AtomicInteger whole = new AtomicInteger();
        AtomicInteger calledBack = new AtomicInteger();
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver();
                BrokerProcess ingest =
                        bench.role("ingest-api", worker).heap(HEAP_MEGABYTES).start();
                BrokerProcess dispatcher =
                        bench.another("dispatcher", worker).heap(HEAP_MEGABYTES).start();
                BrokerProcess deliverer = bench.another("callback-deliverer", worker)
                        .heap(HEAP_MEGABYTES)
                        .start();
                HttpClient http = HttpClient.newHttpClient();
                InParallel clients = new InParallel()) {
            worker.onCall((user, request, arrivedNanos) -> {
                if (request.path("audio_base64").asText().length() == BASE64_BYTES) {
                    whole.incrementAndGet();
                }
            });
            receiver.onCallback(callback -> calledBack.incrementAndGet());
            Semaphore places = new Semaphore(AT_A_TIME);
            Latencies accepted = new Latencies();
            for (int i = 0; i < messages; i++) {
                String user = "voice-" + i;
                clients.start(() -> {
                    places.acquire();
                    try {
                        accepted.add(send(http, post(ingest, user, receiver.url())));
                    } finally {
                        places.release();
                    }
                    return user;
                });
            }
            clients.join();
            InParallel.await(120, () -> calledBack.get() >= messages);
            Report report = bench.report();
            report.add(Row.latencies("voice: POST sent to accepted", accepted));
            report.add(Row.amount("voice: not whole at the worker", messages, (double) messages - whole.get())
                    .never());
            report.add(Row.amount("voice: not called back", messages, (double) messages - calledBack.get())
                    .never());
            for (BrokerProcess role : List.of(ingest, dispatcher, deliverer)) {
                double megabytes = role.peakMegabytes();
                report.add(Row.amount("voice: peak memory of " + role.command() + ", MB", 1, megabytes));
            }
        }
    }

    /** How long it took, ns. */
    private static long send(HttpClient http, HttpRequest post) throws IOException, InterruptedException {
        long sentNanos = System.nanoTime();
        int status = http.send(post, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status != 202) {
            throw new IOException("POST /api/v1/message: " + status + " (expected: 202)");
        }
        return System.nanoTime() - sentNanos;
    }

    /** A recording of so many characters of base64, made while it is sent. */
    private static HttpRequest post(BrokerProcess ingest, String user, String callbackUrl) {
        String json = Submitter.message(user, Optional.of(callbackUrl))
                .put("message_type", "audio")
                .put("audio_format", "ogg")
                .put("audio_base64", "")
                .toString();
        int at = json.length() - "\"}".length();
        return HttpRequest.newBuilder(URI.create(ingest.url() + "/api/v1/message"))
                .timeout(Duration.ofMinutes(2))
                .version(HttpClient.Version.HTTP_1_1)
                .header("X-API-Key", ingest.key())
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new SequenceInputStream(Collections.enumeration(List.of(
                                bytes(json.substring(0, at)),
                                new Repeated('A', BASE64_BYTES),
                                bytes(json.substring(at)))))))
                .build();
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

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
            Arrays.fill(into, from, from + some, value);
            left -= some;
            return some;
        }
    }
}
