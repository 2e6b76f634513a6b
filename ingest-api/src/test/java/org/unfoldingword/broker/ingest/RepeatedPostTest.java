package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.AuditReport;
import org.unfoldingword.broker.lane.CuttingProxy;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.QueueView;
import org.unfoldingword.broker.lane.TestRedis;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * A POST that answered 5xx, or broke, is repeated under its idempotency key until it is accepted: there is one message, wherever the
 * connections broke, between client and ingest or between ingest and Redis.
 *
 * <p>{@code -Dfault.seed=…} makes the same faults again.
 */
class RepeatedPostTest {

    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int MESSAGES = 96;
    private static final int USERS = 8;
    /** Larger than what goes into the stream itself, so it is laid down in chunks before. */
    private static final int LARGE_BYTES = 30_000;

    private static final int REPEATS_MAX = 200;

    private final Random random = new Random(SEED);
    private final TestRedis redis = TestRedis.emptied();
    private final CuttingProxy toRedis =
            new CuttingProxy(URI.create(redis.url()).getPort());
    private final IngestServer server = IngestServer.on(
            "redis://127.0.0.1:" + toRedis.port(),
            Map.of("broker.redis.patience", "300ms", "broker.redis.command-timeout", "5s"));
    private final CuttingProxy toIngest = new CuttingProxy(server.port());
    private final Map<Conversation, List<MessageId>> accepted = new LinkedHashMap<>();
    private int broken;
    private int refused;

    @AfterEach
    void stop() throws IOException {
        toIngest.close();
        server.close();
        toRedis.close();
    }

    @Test
    void neverMakesTwoMessagesWhereverTheConnectionsBreak() throws IOException {
        for (int i = 0; i < MESSAGES; i++) {
            String user = "user" + i % USERS;
            MessageId first = repeatUntilAccepted(user, "key-" + i, i % 6 == 0 ? LARGE_BYTES : 20);
            accepted.computeIfAbsent(Conversation.ofUser("acme", user), any -> new ArrayList<>())
                    .add(first);
        }

        Lanes lanes = server.bean(Lanes.class);
        String told = "seed " + SEED + ", " + broken + " broke, " + refused + " answered 5xx, " + toRedis.cuts()
                + " cuts on the way to Redis, " + toIngest.cuts() + " to ingest";
        System.out.println("repeated posts: " + told);
        assertThat(lanes.totals().accepted()).as(told).isEqualTo(MESSAGES);
        accepted.forEach(
                (conversation, ids) -> assertThat(lanes.queue(conversation).entries())
                        .as("%s, %s", conversation.name(), told)
                        .extracting(QueueView.Entry::id)
                        .containsExactlyElementsOf(ids));
        AuditReport audit = new Operations(lanes).audit();
        assertThat(audit.findings()).as(told).isEmpty();
        assertThat(audit.clean()).as(told).isTrue();
        assertThat(List.of(broken, refused, toRedis.cuts(), toIngest.cuts()))
                .as("faults of each kind: " + told)
                .allMatch(count -> count > 0);
    }

    /** Its first attempts meet faults, the others none. After it is accepted it is sent once more. */
    private MessageId repeatUntilAccepted(String user, String key, int bytes) throws IOException {
        String body = "{\"org_id\":\"acme\",\"user_id\":\"" + user + "\",\"client_id\":\"web\",\"message\":\""
                + "x".repeat(bytes) + "\"}";
        for (int attempt = 0; attempt < REPEATS_MAX; attempt++) {
            if (attempt < 2) {
                harm(bytes);
            } else {
                toRedis.mend();
                toIngest.mend();
            }
            try {
                HttpResponse<String> answer = post(body, key);
                if (answer.statusCode() < 500) {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                    MessageId id = idOf(answer);
                    toRedis.mend();
                    toIngest.mend();
                    assertThat(idOf(post(body, key))).as("sent once more").isEqualTo(id);
                    return id;
                }
                assertThat(answer.statusCode())
                        .as("%s, seed %d", answer.body(), SEED)
                        .isEqualTo(503);
                refused++;
            } catch (IOException broke) {
                broken++;
            }
        }
        throw new AssertionError(key + ": not accepted after " + REPEATS_MAX + " attempts, seed " + SEED);
    }

    private void harm(int bytes) {
        CuttingProxy.Way way = random.nextBoolean() ? CuttingProxy.Way.THERE : CuttingProxy.Way.BACK;
        int range = way == CuttingProxy.Way.THERE ? bytes + 1500 : 500;
        switch (random.nextInt(4)) {
            case 0 -> toIngest.cutAfter(random.nextInt(range), way);
            case 1, 2 -> toRedis.cutAfter(random.nextInt(range), way);
            default -> {
                toRedis.cutAfter(random.nextInt(range), way);
                toIngest.cutAfter(random.nextInt(range), CuttingProxy.Way.BACK);
            }
        }
        if (random.nextInt(12) == 0) {
            toRedis.cutOff();
        }
    }

    /** Each on a connection of its own. */
    private HttpResponse<String> post(String body, String key) throws IOException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + toIngest.port() + "/api/v1/message"))
                            .timeout(Duration.ofSeconds(30))
                            .header("X-API-Key", IngestServer.KEY)
                            .header("Content-Type", "application/json")
                            .header("Prefer", "respond-async")
                            .header("Idempotency-Key", key)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for an answer", hurried);
        }
    }

    private static MessageId idOf(HttpResponse<String> answer) {
        String body = answer.body();
        int at = body.indexOf("\"message_id\":\"") + 14;
        return MessageId.parse(body.substring(at, at + 36)).orElseThrow();
    }
}
