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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;
import org.unfoldingword.broker.message.MessageId;

/** The worker's own callbacks, with each service a process of its own, of which the deliverer dies. */
class DropInSplitIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static String redisUrl;
    private static RecordedWorker worker;
    private static CallbackSink sink;
    private static RedisClient client;
    private static StatefulRedisConnection<String, String> redis;
    private static BrokerProcess ingest;
    private static BrokerProcess dispatcher;
    private static BrokerProcess deliverer;

    @BeforeAll
    static void start() {
        redisUrl = TestRedis.emptied().url();
        worker = new RecordedWorker();
        sink = new CallbackSink();
        client = RedisClient.create(redisUrl);
        redis = client.connect();
        ingest = launch("ingest-api");
        dispatcher = launch("dispatcher");
        deliverer = launch("callback-deliverer");
        Stream.of(ingest, dispatcher, deliverer).forEach(BrokerProcess::awaitReady);
    }

    @AfterAll
    static void stop() {
        Stream.of(ingest, dispatcher, deliverer).forEach(BrokerProcess::close);
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
        String key = "wamid.telling";
        Semaphore answer = new Semaphore(0);
        sink.hold(key, "progress", answer);

        post(key, "where [tool]");
        await().atMost(PATIENCE).until(() -> told(key).contains("progress"));
        replaceDeliverer();

        await().atMost(PATIENCE).until(() -> told(key).getLast().equals("complete"));
        assertThat(told(key)).containsExactly("status", "status", "progress", "complete");
        assertThat(lastText(key)).isEqualTo("Let me look that up.\nAnswer to: where");
        assertThat(sink.of(key)).extracting(CallbackSink.Callback::token).containsOnly(BrokerProcess.API_KEY);
        answer.release();
    }

    @Test
    void goesOnWithATurnWhereADelivererDied() throws Exception {
        String key = "wamid.told";

        MessageId id = post(key, "where [tool] [wait]");
        String spoken = " " + "Letmelookthatup.".length();
        await("it is noted that the progress was told").atMost(PATIENCE).until(() -> noted(id, "callback_told")
                .endsWith(spoken));
        replaceDeliverer();
        await("another tells of the turn").atMost(PATIENCE).until(() -> noted(id, "callback_attempts")
                .equals("2"));
        worker.release(1);

        await().atMost(PATIENCE).until(() -> told(key).getLast().equals("complete"));
        assertThat(told(key)).containsExactly("status", "status", "progress", "status", "complete");
        assertThat(lastText(key)).isEqualTo("\nAnswer to: where");
    }

    /** The types of a message's callbacks so far. */
    private static List<String> told(String key) {
        return sink.of(key).stream().map(CallbackSink.Callback::type).toList();
    }

    private static String lastText(String key) {
        return sink.of(key).getLast().body().path("text").asText();
    }

    private static void replaceDeliverer() {
        deliverer.kill();
        deliverer = launch("callback-deliverer").awaitReady();
    }

    /** What outlives a deliverer; blank before there is any. */
    private static String noted(MessageId id, String field) {
        String record = "broker:{p%02d}:message:%s".formatted(id.partition(), id);
        return Optional.ofNullable(redis.sync().hget(record, field)).orElse("");
    }

    private static MessageId post(String key, String message) throws Exception {
        String body = """
                {"client_id": "whatsapp", "user_id": "15551234567", "org": "unfoldingWord", "message_type": "text",
                 "message_key": "%s", "message": "%s", "progress_callback_url": "%s",
                 "progress_mode": "iteration", "progress_throttle_seconds": 3}""".formatted(key, message, sink.url());
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

    private static BrokerProcess launch(String command) {
        return BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url())
                .with("WORKER_API_KEY", RecordedWorker.KEY)
                .with("BROKER_LEASE", "2s")
                .launch();
    }
}
