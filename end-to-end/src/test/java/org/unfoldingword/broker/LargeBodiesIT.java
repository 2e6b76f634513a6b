package org.unfoldingword.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** A dozen bodies of nearly 40 MB come at once, more than the heap of 512 MB would hold with room to work. */
class LargeBodiesIT {

    private static final int BODIES = 12;
    private static final int AUDIO_BYTES = 39_000_000;
    private static final int ASKED_MAX = 60;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void takesThemAllOneByOneAndAsksTheOthersForTime() throws Exception {
        try (BrokerProcess ingest = BrokerProcess.Plan.of("ingest-api")
                        .with("REDIS_URL", TestRedis.emptied().url())
                        .start();
                ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < BODIES; i++) {
                String user = "user-" + i;
                sent.add(senders.submit(() -> sendUntilTaken(ingest, user)));
            }
            for (Future<?> one : sent) {
                one.get();
            }

            assertThat(ingest.client()
                            .get("/health")
                            .body()
                            .path("queued_messages")
                            .asInt())
                    .isEqualTo(BODIES);
            assertThat(ingest.err()).noneMatch(line -> line.contains("OutOfMemoryError"));
        }
    }

    private Void sendUntilTaken(BrokerProcess ingest, String user) throws Exception {
        for (int asked = 0; asked < ASKED_MAX; asked++) {
            HttpResponse<String> answer = http.send(recording(ingest, user), HttpResponse.BodyHandlers.ofString(UTF_8));
            if (answer.statusCode() == 202) {
                return null;
            }
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("too_many_bodies");
            long seconds = answer.headers().firstValueAsLong("Retry-After").orElseThrow();
            Thread.sleep(Duration.ofSeconds(seconds));
        }
        throw new AssertionError(user + ": not taken in " + ASKED_MAX + " attempts");
    }

    private static HttpRequest recording(BrokerProcess ingest, String user) {
        String head = "{\"org_id\":\"acme\",\"user_id\":\"" + user
                + "\",\"client_id\":\"web\",\"message_type\":\"audio\",\"audio_format\":\"ogg\",\"audio_base64\":\"";
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port() + "/api/v1/message"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofMinutes(2))
                .header("X-API-Key", BrokerProcess.API_KEY)
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new SequenceInputStream(Collections.enumeration(List.of(
                                new ByteArrayInputStream(head.getBytes(UTF_8)),
                                new Repeated(AUDIO_BYTES),
                                new ByteArrayInputStream("\"}".getBytes(UTF_8)))))))
                .build();
    }

    /** The letter A, so many times. */
    private static final class Repeated extends InputStream {
        private int left;

        Repeated(int times) {
            this.left = times;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'A' : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (left <= 0) {
                return -1;
            }
            int some = Math.min(length, left);
            java.util.Arrays.fill(into, from, from + some, (byte) 'A');
            left -= some;
            return some;
        }
    }
}
