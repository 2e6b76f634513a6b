package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;

/** What requests may be, and how slowly they may come: the rows of {@code docs/security.md} that are not about a field. */
class BodyLimitsTest {

    private static final String START = "{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"";
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SLOW_CLIENTS = 300;
    private static final int MEMORY_BYTES = 80 * 1024;

    private static LaneFixture lane;
    private static IngestServer server;

    private final RawClients clients = new RawClients();

    @BeforeAll
    static void serve() {
        lane = new LaneFixture();
        server = IngestServer.on(
                lane.url(),
                Map.of(
                        "broker.ingest.max-body", "64KB",
                        "broker.ingest.body-timeout", "2s",
                        "broker.ingest.body-memory", MEMORY_BYTES + "B",
                        "broker.ingest.body-patience", "100ms"));
    }

    @AfterAll
    static void stop() {
        server.close();
        lane.close();
    }

    @AfterEach
    void hangUp() throws IOException {
        clients.close();
        await().atMost(LONG).until(() -> server.bean(BodyReader.class).freeBytes() == MEMORY_BYTES);
    }

    @Test
    void refusesABodyThatIsAnnouncedTooLongBeforeItComes() throws IOException {
        Socket client = send(headers("Content-Length: 65537"));

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 413 ").contains("body_too_large");
    }

    @Test
    void refusesABodyThatTurnsOutTooLong() throws IOException {
        Socket client = send(headers("Transfer-Encoding: chunked") + "10001\r\n" + "x".repeat(0x10001) + "\r\n");

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 413 ").contains("body_too_large");
    }

    @Test
    void refusesABodyThatDrips() throws Exception {
        Socket client = send(headers("Content-Length: 60000") + START);
        RawClients.drip(client);

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 408 ").contains("body_too_slow");
    }

    @Test
    void refusesBodiesThatTogetherTakeTooMuchAndTakesThemOnceTheOthersHaveGone() throws IOException {
        String large = START + "x".repeat(30_000) + "\"}";
        for (int i = 0; i < 2; i++) {
            // All but its end.
            send(headers("Content-Length: " + large.length()) + large.substring(0, large.length() - 1));
        }

        await().atMost(LONG)
                .until(() -> server.bean(BodyReader.class).freeBytes() == MEMORY_BYTES - 4 * BodyBudget.PAGE_BYTES);

        IngestServer.Answer refused = post(large);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().path("code").asText()).isEqualTo("too_many_bodies");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        for (Socket other : clients.all()) {
            other.getOutputStream().write('}');
            assertThat(RawClients.answer(other)).startsWith("HTTP/1.1 202 ");
        }
        assertThat(post(large).status()).isEqualTo(202);
    }

    /** Four slow recordings took all the memory that bodies have, and for a minute nobody's message was taken. */
    @Test
    void takesSmallBodiesWhileLargeOnesComeSlowly() throws IOException {
        try (IngestServer roomy = IngestServer.on(
                lane.url(),
                Map.of(
                        "broker.ingest.max-body", "1MB",
                        "broker.ingest.body-memory", "4MB",
                        "broker.ingest.body-patience", "100ms"))) {
            BodyReader bodies = roomy.bean(BodyReader.class);
            for (int i = 0; i < 4; i++) {
                long before = bodies.freeBytes();
                Socket slow = clients.send(
                        roomy.port(), headers("Content-Length: " + 1024 * 1024) + START + "x".repeat(600_000));
                await().atMost(LONG)
                        .until(() -> bodies.freeBytes() < before
                                || slow.getInputStream().available() > 0);
            }

            assertThat(post(roomy, START + "hello\"}").status()).isEqualTo(202);
            assertThat(post(roomy, START + "x".repeat(50_000) + "\"}").status()).isEqualTo(202);
        }
    }

    @Test
    void refusesHeadersThatAreTooLong() throws IOException {
        Socket client = send("GET /health HTTP/1.1\r\nHost: broker\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n");

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void refusesABodyThatIsPackedOrOfAnotherType() throws IOException {
        assertThat(RawClients.answer(send(headers("Content-Length: 2", "Content-Encoding: gzip") + "{}")))
                .startsWith("HTTP/1.1 415 ");
        assertThat(RawClients.answer(
                        send(headers("Content-Length: 2").replace("application/json", "text/plain") + "{}")))
                .startsWith("HTTP/1.1 415 ");
    }

    @Test
    void servesOthersWhileHundredsSendTheirHeadersAndBodiesSlowly() throws IOException {
        IngestServer usual = IngestServer.shared();
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            clients.send(usual.port(), "POST /api/v1/message HTTP/1.1\r\nHost: bro");
            clients.send(usual.port(), headers("Content-Length: 60000") + START);
        }

        assertThat(post(usual, START + "hello\"}").status()).isEqualTo(202);
        assertThat(usual.getWithoutKey("/health").status()).isEqualTo(200);
    }

    private static IngestServer.Answer post(String body) {
        return post(server, body);
    }

    private static IngestServer.Answer post(IngestServer to, String body) {
        return to.post("/api/v1/message", IngestServer.KEY, body, "Prefer", "respond-async");
    }

    private static String headers(String... more) {
        return "POST /api/v1/message HTTP/1.1\r\nHost: broker\r\nX-API-Key: " + IngestServer.KEY
                + "\r\nContent-Type: application/json\r\nPrefer: respond-async\r\nConnection: close\r\n"
                + String.join("\r\n", more) + "\r\n\r\n";
    }

    private Socket send(String text) throws IOException {
        return clients.send(server.port(), text);
    }
}
