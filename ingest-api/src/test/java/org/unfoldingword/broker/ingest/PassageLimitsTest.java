package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.http.LoopbackServer;
import org.unfoldingword.broker.lane.LaneFixture;

/** Whoever keeps a passed-through request under way for long keeps nobody else's waiting: eight places, two without a key. */
class PassageLimitsTest {

    private static final String ANN = "brk_ann_0123456789";
    private static final String BOB = "brk_bob_0123456789";
    private static final String KEYS = """
            {"keys":[
              {"id":"ann", "key":"%s", "scopes":["submit","read"], "client_ids":["*"], "orgs":["acme"]},
              {"id":"bob", "key":"%s", "scopes":["submit","read"], "client_ids":["*"], "orgs":["acme"]}
            ]}""".formatted(ANN, BOB);
    private static final int PLACES = 8;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final LaneFixture lane = new LaneFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger stuck = new AtomicInteger();
    private final RawClients clients = new RawClients();
    private final LoopbackServer worker = new LoopbackServer()
            .on("/", PassageLimitsTest::echo)
            .on("/public/slow", this::linger)
            .on("/api/v1/audio/audio/acme/slow", this::linger);
    private IngestServer server;

    @BeforeEach
    void serve(@TempDir Path directory) throws IOException {
        server = IngestServer.on(
                lane.url(),
                Map.of(
                        "broker.access.api-keys-file",
                        Files.writeString(directory.resolve("keys.json"), KEYS).toString(),
                        "broker.ingest.body-timeout",
                        "2s",
                        "broker.pass-through.concurrency",
                        PLACES,
                        "broker.pass-through.connect-timeout",
                        "1s",
                        "broker.worker.base-url",
                        worker.url()));
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        clients.close();
        server.close();
        worker.close();
        lane.close();
    }

    /** Anybody may ask for the worker's public files, and whoever asked for 256 of them slowly stopped all that is passed through. */
    @Test
    void strangersTakeNoPlacesFromKeys() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            send("GET /public/slow HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        await().atMost(LONG).until(() -> stuck.get() >= 2);

        assertThat(server.get("/api/v1/audio/audio/acme/x", ANN).status()).isEqualTo(200);
        IngestServer.Answer refused = server.getWithoutKey("/public/x");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().path("code").asText()).isEqualTo("TOO_MANY_PASSED");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        goOn.countDown();
        await().atMost(LONG).until(() -> server.getWithoutKey("/public/x").status() == 200);
    }

    @Test
    void aKeyTakesNoMoreThanItsPart() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            send("GET /api/v1/audio/audio/acme/slow HTTP/1.1\r\nHost: x\r\nX-API-Key: " + ANN + "\r\n\r\n");
        }
        await().atMost(LONG).until(() -> stuck.get() >= 3);

        assertThat(server.get("/api/v1/audio/audio/acme/x", BOB).status()).isEqualTo(200);
        assertThat(server.getWithoutKey("/public/x").status()).isEqualTo(200);
        assertThat(server.get("/api/v1/audio/audio/acme/x", ANN).status()).isEqualTo(503);
    }

    /** A body was streamed to the worker for as long as it took, also where none is needed: one byte a minute kept a place for ever. */
    @Test
    void waitsForNoBodyOfARequestThatOnlyReads() throws IOException {
        Socket client =
                send("GET /public/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\nsome");

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 200 ").endsWith("GET 0");
    }

    @Test
    void refusesABodyThatDrips() throws IOException {
        Socket client = send("PUT /api/v1/orgs/acme/users/ann/preferences HTTP/1.1\r\nHost: x\r\nX-API-Key: " + ANN
                + "\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n{");
        RawClients.drip(client);

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 408 ").contains("Request body too slow");
    }

    @Test
    void passesABodyThatComesInTime() throws IOException {
        Socket client = send("PUT /api/v1/orgs/acme/users/ann/preferences HTTP/1.1\r\nHost: x\r\nX-API-Key: " + ANN
                + "\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n" + "x".repeat(60_000));

        assertThat(RawClients.answer(client)).startsWith("HTTP/1.1 200 ").endsWith("PUT 60000");
    }

    private static void echo(HttpExchange exchange) throws IOException {
        int length = exchange.getRequestBody().readAllBytes().length;
        LoopbackServer.answer(
                exchange, 200, "text/plain", (exchange.getRequestMethod() + " " + length).getBytes(UTF_8));
    }

    private void linger(HttpExchange exchange) throws IOException {
        stuck.incrementAndGet();
        try {
            goOn.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        echo(exchange);
    }

    private Socket send(String text) throws IOException {
        return clients.send(server.port(), text);
    }
}
