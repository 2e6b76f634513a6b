package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** The worker's own callbacks, with each service a process of its own, one of which dies. */
class DropInSplitIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String KEY = "wamid.split";

    private final String redisUrl = TestRedis.emptied().url();
    private final RecordedWorker worker = RecordedWorker.start();
    private final CallbackSink sink = CallbackSink.start();
    private final Deque<BrokerProcess> processes = new ArrayDeque<>();
    private final Semaphore answer = new Semaphore(0);

    @AfterEach
    void close() {
        answer.release(1);
        processes.forEach(BrokerProcess::close);
        sink.close();
        worker.close();
    }

    /**
     * Nobody knows what became of the progress that it was telling. So the end says that text once more, rather than not at all; what
     * was told before is not repeated, and the end comes last and once.
     */
    @Test
    void goesOnWhereADelivererDiedWhileItToldProgress() throws Exception {
        BrokerProcess ingest = launch("ingest-api");
        launch("dispatcher");
        BrokerProcess dying = launch("callback-deliverer");
        processes.forEach(BrokerProcess::awaitReady);
        sink.hold(KEY, "progress", answer);

        HttpResponse<String> accepted = post(ingest);
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> sink.of(KEY).stream()
                .anyMatch(callback -> callback.type().equals("progress")));
        dying.kill();
        launch("callback-deliverer").awaitReady();

        await().atMost(PATIENCE).until(() -> sink.of(KEY).getLast().type().equals("complete"));
        assertThat(sink.of(KEY))
                .extracting(CallbackSink.Callback::type)
                .containsExactly("status", "status", "progress", "complete");
        assertThat(sink.of(KEY).getLast().body().path("text").asText())
                .isEqualTo("Let me look that up.\nAnswer to: where");
        assertThat(sink.of(KEY)).extracting(CallbackSink.Callback::token).containsOnly(BrokerProcess.API_KEY);
    }

    private HttpResponse<String> post(BrokerProcess ingest) throws Exception {
        String body = """
                {"client_id": "whatsapp", "user_id": "15551234567", "org": "unfoldingWord", "message_type": "text",
                 "message_key": "%s", "message": "where [tool]", "progress_callback_url": "%s",
                 "progress_mode": "iteration", "progress_throttle_seconds": 3}""".formatted(KEY, sink.url());
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port() + "/api/v1/chat/callback"))
                            .timeout(PATIENCE)
                            .header("Authorization", "Bearer " + BrokerProcess.API_KEY)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
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
