package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.http.LoopbackServer;

/** What a run tells of itself: its log, which must not tell too much, and its traces. */
class TelemetryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String WORKER_KEY = "wrk_marker-worker-key";
    /** Whatever was put into content begins with the first. */
    private static final List<String> SECRETS =
            List.of("marker-", BrokerProcess.API_KEY, CallbackReceiver.SECRET.substring("whsec_".length()));

    @TempDir
    Path data;

    private final StubWorker worker = StubWorker.answeringWithin(5, 35);
    private final CallbackReceiver receiver = new CallbackReceiver();
    private final Collector collector = new Collector();
    private BrokerProcess broker;

    @BeforeEach
    void start() {
        broker = BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data)
                .with("WORKER_BASE_URL", worker.url())
                .with("WORKER_API_KEY", WORKER_KEY)
                .with("LOG_LEVEL", "TRACE")
                .with("LOG_FORMAT", "ecs")
                .with("BROKER_OTLP_ENDPOINT", collector.url())
                .start();
    }

    @AfterEach
    void stop() {
        broker.close();
        collector.server.close();
        receiver.close();
        worker.close();
    }

    @Test
    void tellsOfEachAttemptAndNeverOfContentOrSecrets() {
        BrokerClient client = broker.client();
        ObjectNode sent = message("ann", "marker-content of the message")
                .put("callback_url", receiver.url() + "?token=marker-callback-token")
                .put("client_message_id", "key-1");
        sent.putObject("metadata").put("note", "marker-metadata");
        String id = client.post(sent, "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                .messageId();
        client.post("{\"user_id\":\"ann\",\"message\":\"marker-garbled", "Idempotency-Key", "key-2");
        client.post(message("bob", "marker-content again"), "X-Forwarded-For", "1.2.3.4");
        await().atMost(PATIENCE).until(() -> receiver.callbacksTo("ann").size() == 1);
        await().atMost(PATIENCE).until(() -> line("attempt", id) != null && line("callback", id) != null);

        JsonNode attempt = line("attempt", id);
        assertThat(attempt.path("outcome").asText()).isEqualTo("answered");
        assertThat(attempt.path("verdict").asText()).isEqualTo("completed");
        assertThat(attempt.path("attempt").asInt()).isEqualTo(1);
        assertThat(attempt.path("took_ms").asLong(-1)).isNotNegative();
        assertThat(line("callback", id).path("outcome").asText()).isEqualTo("delivered");
        assertThat(broker.err())
                .as("lines at the level that tells most")
                .filteredOn(said -> SECRETS.stream().anyMatch(said::contains))
                .isEmpty();

        // Another user's call may have come first.
        assertThat(worker.calls())
                .filteredOn(call -> call.user.equals("ann"))
                .singleElement()
                .satisfies(call -> assertThat(call.traceparent)
                        .startsWith("00-" + TRACE + "-")
                        .endsWith("-01"));
        assertThat(receiver.callbacksTo("ann").getFirst().traceparent()).startsWith("00-" + TRACE + "-");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(collector.all())
                .contains(new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1))
                .contains("accept message", "wait in queue", "call worker", "post callback", id)
                .doesNotContain("marker-"));
    }

    /** The line that tells of the message; null until it is there. */
    private JsonNode line(String words, String id) {
        return broker.err().stream()
                .filter(said -> said.startsWith("{"))
                .map(TelemetryIT::parse)
                .filter(said -> said.path("message").asText().equals(words)
                        && said.path("message_id").asText().equals(id))
                .findFirst()
                .orElse(null);
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException garbled) {
            throw new UncheckedIOException(line, garbled);
        }
    }

    /** Takes traces in, as OTLP over HTTP; their names and ids can be read in the bytes. */
    private static final class Collector {

        private final List<String> bodies = new CopyOnWriteArrayList<>();
        private final LoopbackServer server = new LoopbackServer().on("/v1/traces", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
        });

        String url() {
            return server.url() + "/v1/traces";
        }

        String all() {
            return String.join("\n", bodies);
        }
    }
}
