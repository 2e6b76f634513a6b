package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;
import org.unfoldingword.broker.message.MessageId;

/** The worker's own callbacks, with each service a process of its own, one of which dies. */
class DropInSplitIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String KEY = "wamid.split";

    private final String redisUrl = TestRedis.emptied().url();
    private final RecordedWorker worker = RecordedWorker.start();
    private final CallbackSink sink = CallbackSink.start();
    private final Deque<BrokerProcess> processes = new ArrayDeque<>();
    private final Semaphore answer = new Semaphore(0);
    private final RedisClient client = RedisClient.create(redisUrl);
    private final StatefulRedisConnection<String, String> redis = client.connect();
    private BrokerProcess ingest;

    @AfterEach
    void close() {
        answer.release(1);
        processes.forEach(BrokerProcess::close);
        sink.close();
        worker.close();
        redis.close();
        client.shutdown();
    }

    /**
     * Nobody knows what became of the progress that it was telling. So the end says that text once more, rather than not at all; what
     * was told before is not repeated, and the end comes last and once.
     */
    @Test
    void saysInTheEndWhatADelivererWasTellingWhenItDied() throws Exception {
        BrokerProcess dying = launchAll();
        sink.hold(KEY, "progress", answer);

        post("where [tool]");
        await().atMost(PATIENCE).until(() -> told().contains("progress"));
        dying.kill();
        launch("callback-deliverer").awaitReady();

        await().atMost(PATIENCE).until(() -> told().getLast().equals("complete"));
        assertThat(told()).containsExactly("status", "status", "progress", "complete");
        assertThat(lastText()).isEqualTo("Let me look that up.\nAnswer to: where");
        assertThat(sink.of(KEY)).extracting(CallbackSink.Callback::token).containsOnly(BrokerProcess.API_KEY);
    }

    @Test
    void goesOnWithATurnWhereADelivererDied() throws Exception {
        BrokerProcess dying = launchAll();

        MessageId id = post("where [tool] [wait]");
        String spoken = " " + "Letmelookthatup.".length();
        await("it is noted that the progress was told").atMost(PATIENCE).until(() -> note(id).endsWith(spoken));
        dying.kill();
        launch("callback-deliverer").awaitReady();
        worker.release(1);

        await().atMost(PATIENCE).until(() -> told().getLast().equals("complete"));
        assertThat(told()).containsExactly("status", "status", "progress", "status", "complete");
        assertThat(lastText()).isEqualTo("\nAnswer to: where");
    }

    /** The types of the callbacks so far. */
    private List<String> told() {
        return sink.of(KEY).stream().map(CallbackSink.Callback::type).toList();
    }

    private String lastText() {
        return sink.of(KEY).getLast().body().path("text").asText();
    }

    private BrokerProcess launchAll() {
        ingest = launch("ingest-api");
        launch("dispatcher");
        BrokerProcess deliverer = launch("callback-deliverer");
        processes.forEach(BrokerProcess::awaitReady);
        return deliverer;
    }

    /** The note that outlives a deliverer; blank before there is one. */
    private String note(MessageId id) {
        String record = "broker:{p%02d}:message:%s".formatted(id.partition(), id);
        return Optional.ofNullable(redis.sync().hget(record, "callback_told")).orElse("");
    }

    private MessageId post(String message) throws Exception {
        String body = """
                {"client_id": "whatsapp", "user_id": "15551234567", "org": "unfoldingWord", "message_type": "text",
                 "message_key": "%s", "message": "%s", "progress_callback_url": "%s",
                 "progress_mode": "iteration", "progress_throttle_seconds": 3}""".formatted(KEY, message, sink.url());
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> accepted = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port() + "/api/v1/chat/callback"))
                            .timeout(PATIENCE)
                            .header("Authorization", "Bearer " + BrokerProcess.API_KEY)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            return MessageId.parse(
                            Recordings.tree(accepted.body()).path("message_id").asText())
                    .orElseThrow();
        }
    }

    private BrokerProcess launch(String command) {
        BrokerProcess process = BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url())
                .with("WORKER_API_KEY", RecordedWorker.KEY)
                .with("BROKER_LEASE", "2s")
                .launch();
        processes.add(process);
        return process;
    }
}
