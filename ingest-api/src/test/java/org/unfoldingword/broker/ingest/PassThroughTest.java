package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unfoldingword.broker.http.LoopbackServer;
import org.unfoldingword.broker.lane.TestRedis;

/** The worker's other paths, through a real server: who may ask for what, and bodies that are long, slow or broken off. */
class PassThroughTest {

    private static final String KEYS = """
            {"keys":[
              {"id":"gateway", "key":"brk_gateway_0123456789", "scopes":["submit","read","gateway"],
               "client_ids":["*"], "orgs":["acme"]},
              {"id":"admin", "key":"brk_admin_0123456789", "scopes":["submit","read","admin"],
               "client_ids":["*"], "orgs":["acme"]},
              {"id":"plain", "key":"brk_plain_0123456789", "scopes":["submit","read"],
               "client_ids":["*"], "orgs":["acme"]},
              {"id":"reader", "key":"brk_reader_0123456789", "scopes":["read"], "client_ids":["*"], "orgs":["acme"]},
              {"id":"sender", "key":"brk_sender_0123456789", "scopes":["submit"], "client_ids":["*"], "orgs":["acme"]}
            ]}""";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FILE = "/api/v1/audio/audio/acme/ann/x.opus";
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 512;

    @TempDir
    private static Path directory;

    private static final AtomicInteger asked = new AtomicInteger();
    private static LoopbackServer worker;
    private static IngestServer server;
    private static HttpClient http;
    /** What the worker does with the next request. */
    private static volatile HttpHandler manners;

    @BeforeAll
    static void serve() throws IOException {
        worker = new LoopbackServer().on("/", exchange -> {
            asked.incrementAndGet();
            manners.handle(exchange);
        });
        server = IngestServer.on(
                TestRedis.emptied().url(),
                Map.of(
                        "broker.access.api-keys-file",
                        Files.writeString(directory.resolve("keys.json"), KEYS).toString(),
                        "broker.worker.public-url",
                        "https://broker.example",
                        "broker.worker.base-url",
                        worker.url()));
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
        worker.close();
    }

    @BeforeEach
    void answerAtOnce() {
        manners = exchange -> say(exchange, "done");
    }

    @ParameterizedTest
    @CsvSource({
        "gateway, GET,    /api/v1/admin/orgs/acme/modes,           200",
        "gateway, PUT,    /api/v1/admin/orgs/acme/users/ann/mode,  200",
        "gateway, PUT,    /api/v1/admin/orgs/acme/config,          403",
        "gateway, GET,    /api/v1/admin/orgs,                      403",
        "gateway, GET,    /api/v1/admin/orgs/other/modes,          403",
        "admin,   PUT,    /api/v1/admin/orgs/acme/config,          200",
        "admin,   PUT,    /api/v1/admin/orgs/other/config,         403",
        "plain,   GET,    /api/v1/admin/orgs/acme/modes,           403",
        "reader,  GET,    /api/v1/admin/orgs/acme/modes,           403",
        "plain,   GET,    /api/v1/orgs/acme/users/ann/history,     200",
        "plain,   GET,    /api/v1/orgs/other/users/ann/history,    403",
        "plain,   GET,    /api/v1/audio/audio/acme/ann/x.opus,     200",
        "plain,   GET,    /api/v1/audio/audio/other/ann/x.opus,    403",
        "plain,   GET,    /api/v1/voice-submissions/voice-submissions/other/c/s/x.ogg, 403",
        "reader,  GET,    /api/v1/orgs/acme/users/ann/preferences, 200",
        "reader,  PUT,    /api/v1/orgs/acme/users/ann/preferences, 403",
        "reader,  DELETE, /api/v1/orgs/acme/users/ann/history,     403",
        "sender,  GET,    /api/v1/orgs/acme/users/ann/history,     403",
    })
    void asksTheWorkerOnlyForWhatTheKeyMay(String key, String method, String path, int status) throws Exception {
        int before = asked.get();

        HttpResponse<String> answer = http.send(
                request(path, key).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(asked.get() - before).isEqualTo(status == 200 ? 1 : 0);
        if (status == 403) {
            assertThat(answer.body()).startsWith("{\"error\":\"");
        }
    }

    /** The worker goes on only once the client has what came before. */
    @Test
    void givesWhatIsThereAtOnce() throws Exception {
        Semaphore read = new Semaphore(0);
        manners = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (String piece : new String[] {"one", "two"}) {
                exchange.getResponseBody().write(piece.getBytes(UTF_8));
                exchange.getResponseBody().flush();
                await(read);
            }
        };

        HttpResponse<InputStream> answer = http.send(request(FILE, "plain").build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThat(new String(body.readNBytes(3), UTF_8)).isEqualTo("one");
            read.release();
            assertThat(new String(body.readNBytes(3), UTF_8)).isEqualTo("two");
            read.release();
            assertThat(body.read()).isEqualTo(-1);
        }
        assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    }

    @Test
    void takesWhatIsThereAtOnce() throws Exception {
        Semaphore came = new Semaphore(0);
        manners = exchange -> {
            InputStream body = exchange.getRequestBody();
            String first = new String(body.readNBytes(3), UTF_8);
            came.release();
            say(exchange, first + new String(body.readAllBytes(), UTF_8));
        };
        PipedOutputStream out = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(out);

        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request("/api/v1/orgs/acme/users/ann/preferences", "plain")
                        .PUT(BodyPublishers.ofInputStream(() -> in))
                        .build(),
                BodyHandlers.ofString());
        out.write("one".getBytes(UTF_8));
        // The client gathers this much before it sends.
        out.write(" ".repeat(PIECE).getBytes(UTF_8));
        out.flush();
        await(came);
        out.write("two".getBytes(UTF_8));
        out.close();

        assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                .startsWith("one")
                .endsWith("two")
                .hasSize(PIECE + 6);
    }

    @Test
    void givesLongBodiesByteForByte() throws Exception {
        manners = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < PIECES; i++) {
                exchange.getResponseBody().write(piece(i));
            }
        };

        HttpResponse<InputStream> answer = http.send(request(FILE, "plain").build(), BodyHandlers.ofInputStream());

        try (InputStream body = answer.body()) {
            for (int i = 0; i < PIECES; i++) {
                assertThat(Arrays.equals(body.readNBytes(PIECE), piece(i)))
                        .as("piece %d", i)
                        .isTrue();
            }
            assertThat(body.read()).isEqualTo(-1);
        }
    }

    /** It ended as a whole answer would, with an error's JSON behind the first half. */
    @Test
    void breaksOffWhereTheWorkerDoes() {
        manners = exchange -> {
            exchange.sendResponseHeaders(200, /* unknown= */ 0);
            exchange.getResponseBody().write(piece(1));
            exchange.getResponseBody().flush();
            throw new IOException("the worker dies");
        };

        assertThatThrownBy(() -> http.send(request(FILE, "plain").build(), BodyHandlers.ofByteArray()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void saysThatTheWorkerBrokeOffWhileNothingIsGivenYet() throws Exception {
        manners = exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().flush();
            throw new IOException("the worker dies");
        };

        HttpResponse<String> answer = http.send(request(FILE, "plain").build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("WORKER_BROKE_OFF");
    }

    /** It was 0 for JSON. What a GET would bring of that has other URLs, so its length is not known here. */
    @ParameterizedTest
    @CsvSource({"audio/ogg, 11", "application/json, unknown"})
    void tellsOnlyTheLengthThatAGetWouldHave(String type, String length) throws Exception {
        manners = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Content-Length", "11");
            exchange.sendResponseHeaders(200, -1);
        };

        HttpResponse<Void> answer = http.send(
                request("/api/v1/orgs/acme/users/ann/history", "plain").HEAD().build(), BodyHandlers.discarding());

        assertThat(answer.headers().firstValue("Content-Length").orElse("unknown"))
                .isEqualTo(length);
        assertThat(answer.headers().firstValue("Content-Type")).contains(type);
    }

    @Test
    void tellsWhoShowsTooManyUnknownKeysWhenToComeBack() throws Exception {
        HttpResponse<String> answer;
        int asked = 0;
        do {
            answer = http.send(
                    request("/api/v1/orgs/acme/users/ann/history", "unknown").build(), BodyHandlers.ofString());
        } while (answer.statusCode() == 403 && ++asked < 100);

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("\"code\":\"RATE_LIMIT_EXCEEDED\"");
        assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    }

    private static HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer brk_" + key + "_0123456789");
    }

    private static void say(HttpExchange exchange, String text) throws IOException {
        exchange.getRequestBody().readAllBytes();
        LoopbackServer.answer(exchange, 200, "text/plain", text.getBytes(UTF_8));
    }

    private static byte[] piece(int number) {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) number);
        return piece;
    }

    private static void await(Semaphore step) throws IOException {
        try {
            if (!step.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the other side did not go on");
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new IOException("the test is over", over);
        }
    }
}
