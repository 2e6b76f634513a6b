package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;

/** What requests may be, and how slowly they may come: the rows of {@code docs/security.md} that are not about a field. */
class BodyLimitsTest {

    private static final String START = "{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"";
    private static final int SLOW_CLIENTS = 300;
    private static final int MEMORY_BYTES = 80 * 1024;

    private final LaneFixture lane = new LaneFixture();
    private final List<Socket> open = new ArrayList<>();
    private IngestServer server = IngestServer.on(
            lane.url(),
            Map.of(
                    "broker.ingest.max-body",
                    "64KB",
                    "broker.ingest.body-timeout",
                    "5s",
                    "broker.ingest.body-memory",
                    MEMORY_BYTES + "B",
                    "broker.ingest.body-patience",
                    "100ms"));

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        server.close();
        lane.close();
    }

    @Test
    void refusesABodyThatIsAnnouncedTooLongBeforeItComes() throws IOException {
        Socket client = send(headers("Content-Length: 65537"));

        assertThat(answer(client)).startsWith("HTTP/1.1 413 ").contains("body_too_large");
    }

    @Test
    void refusesABodyThatTurnsOutTooLong() throws IOException {
        Socket client = send(headers("Transfer-Encoding: chunked") + "10001\r\n" + "x".repeat(0x10001) + "\r\n");

        assertThat(answer(client)).startsWith("HTTP/1.1 413 ").contains("body_too_large");
    }

    @Test
    void refusesABodyThatDrips() throws Exception {
        Socket client = send(headers("Content-Length: 60000") + START);
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    client.getOutputStream().write('x');
                    Thread.sleep(20);
                }
            } catch (IOException | InterruptedException refused) {
                Thread.currentThread().interrupt();
            }
        });

        assertThat(answer(client)).startsWith("HTTP/1.1 408 ").contains("body_too_slow");
    }

    @Test
    void refusesBodiesThatTogetherTakeTooMuchAndTakesThemOnceTheOthersHaveGone() throws IOException {
        String large = START + "x".repeat(30_000) + "\"}";
        for (int i = 0; i < 2; i++) {
            // All but its end.
            send(headers("Content-Length: " + large.length()) + large.substring(0, large.length() - 1));
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.bean(BodyReader.class).freeBytes() == MEMORY_BYTES - 4 * BodyBudget.PAGE_BYTES);

        IngestServer.Answer refused = post(large);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().path("code").asText()).isEqualTo("too_many_bodies");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        for (Socket other : open) {
            other.getOutputStream().write('}');
            assertThat(answer(other)).startsWith("HTTP/1.1 202 ");
        }
        assertThat(post(large).status()).isEqualTo(202);
    }

    /** Four slow recordings took all the memory that bodies have, and for a minute nobody's message was taken. */
    @Test
    void takesSmallBodiesWhileLargeOnesComeSlowly() throws IOException {
        server.close();
        server = IngestServer.on(
                lane.url(),
                Map.of(
                        "broker.ingest.max-body", "1MB",
                        "broker.ingest.body-memory", "4MB",
                        "broker.ingest.body-patience", "100ms"));
        BodyReader bodies = server.bean(BodyReader.class);
        for (int i = 0; i < 4; i++) {
            long before = bodies.freeBytes();
            Socket slow = send(headers("Content-Length: " + 1024 * 1024) + START + "x".repeat(600_000));
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            bodies.freeBytes() < before || slow.getInputStream().available() > 0);
        }

        assertThat(post(START + "hello\"}").status()).isEqualTo(202);
        assertThat(post(START + "x".repeat(50_000) + "\"}").status()).isEqualTo(202);
    }

    @Test
    void refusesHeadersThatAreTooLong() throws IOException {
        Socket client = send("GET /health HTTP/1.1\r\nHost: broker\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n");

        assertThat(answer(client)).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void refusesABodyThatIsPackedOrOfAnotherType() throws IOException {
        assertThat(answer(send(headers("Content-Length: 2", "Content-Encoding: gzip") + "{}")))
                .startsWith("HTTP/1.1 415 ");
        assertThat(answer(send(headers("Content-Length: 2").replace("application/json", "text/plain") + "{}")))
                .startsWith("HTTP/1.1 415 ");
    }

    @Test
    void servesOthersWhileHundredsSendTheirHeadersAndBodiesSlowly() throws IOException {
        server.close();
        server = IngestServer.on(lane.url());
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            send("POST /api/v1/message HTTP/1.1\r\nHost: bro");
            send(headers("Content-Length: 60000") + START);
        }

        assertThat(post(START + "hello\"}").status()).isEqualTo(202);
        assertThat(server.getWithoutKey("/health").status()).isEqualTo(200);
    }

    private IngestServer.Answer post(String body) {
        return server.post("/api/v1/message", IngestServer.KEY, body, "Prefer", "respond-async");
    }

    private static String headers(String... more) {
        return "POST /api/v1/message HTTP/1.1\r\nHost: broker\r\nX-API-Key: " + IngestServer.KEY
                + "\r\nContent-Type: application/json\r\nPrefer: respond-async\r\nConnection: close\r\n"
                + String.join("\r\n", more) + "\r\n\r\n";
    }

    private Socket send(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        open.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(text.getBytes(UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    /** All that comes before the connection is closed. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        try {
            for (int read = in.read(); read >= 0; read = in.read()) {
                answer.append((char) read);
            }
        } catch (IOException reset) {
            // After its answer, the server has no use for the rest of the request.
            assertThat(answer).as("before the connection was reset").isNotEmpty();
        }
        return answer.toString();
    }
}
