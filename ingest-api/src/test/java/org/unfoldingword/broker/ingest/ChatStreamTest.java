package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;

/** The worker's stream, from a server on a real Redis. */
class ChatStreamTest {

    private static final String WAITS =
            "data: {\"type\":\"status\",\"message\":\"Queued — processing will begin shortly\"}";
    private static final String ALIVE = "data: {\"type\":\"keepalive\"}";

    private final LaneFixture lane = new LaneFixture();
    private final IngestServer server = IngestServer.shared();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        http.close();
        lane.close();
    }

    /** Its clients give up after 30 to 60 s without data. */
    @Test
    void givesASignOfLifeWhileItWaits() throws Exception {
        lane.append(Conversation.ofUser("acme", "ann"), "before it");

        HttpResponse<InputStream> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1/chat/stream"))
                        .header("Authorization", "Bearer " + IngestServer.KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"client_id\":\"web\",\"user_id\":\"ann\",\"org\":\"acme\",\"message\":\"hi\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        List<String> lines = new ArrayList<>();
        // Twice what the worker promises: the machine may be busy.
        try (InputStream body = answer.body()) {
            BufferedReader events = new BufferedReader(new InputStreamReader(body, UTF_8));
            assertThat(CompletableFuture.supplyAsync(
                                    () -> events.lines()
                                            .filter(line -> !line.isEmpty())
                                            .peek(lines::add)
                                            .anyMatch(ALIVE::equals),
                                    Thread::startVirtualThread)
                            .get(60, TimeUnit.SECONDS))
                    .isTrue();
        }

        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(lines).containsExactly(WAITS, ALIVE);
    }
}
