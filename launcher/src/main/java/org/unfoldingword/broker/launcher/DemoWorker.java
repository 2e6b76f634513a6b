package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.message.Json;

/**
 * A worker to try the broker with: speaks as the real one does (health, chat, stream, history, its errors, its refusal while
 * busy), and does what a message tells it, see {@link DemoScript}. Remembers what it answered, until it ends.
 *
 * <p>Like the real one it goes on with a turn whose client has left. Unlike it, it does not let queued turns overtake.
 */
final class DemoWorker implements AutoCloseable {

    private static final Pattern HISTORY = Pattern.compile("/api/v1/orgs/([^/]+)/users/([^/]+)/history");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String key;
    private final DemoTurns turns;
    private final Sleeper sleeper;

    private DemoWorker(HttpServer server, String key, DemoTurns turns, Sleeper sleeper) {
        this.server = server;
        this.key = key;
        this.turns = turns;
        this.sleeper = sleeper;
    }

    /** On any free port of this machine alone. */
    static DemoWorker start(String key, Sleeper sleeper, InstantSource clock) {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key, sleeper, clock);
    }

    static DemoWorker start(InetSocketAddress address, String key, Sleeper sleeper, InstantSource clock) {
        // Frames go out as they are written; the JDK's server reads this once, when its classes load.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
        try {
            HttpServer server = HttpServer.create(address, 1024);
            DemoWorker worker = new DemoWorker(server, key, new DemoTurns(clock), sleeper);
            server.createContext("/", worker::answer);
            server.setExecutor(worker.threads);
            server.start();
            return worker;
        } catch (IOException noPort) {
            throw new UncheckedIOException(
                    "demo worker at " + address + ": " + noPort.getMessage() + " (expected: a free port)", noPort);
        }
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String key() {
        return key;
    }

    /** Turns under way are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            route(exchange);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void route(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getRawPath();
        if (path.startsWith("/api/") && !authorized(exchange)) {
            return;
        }
        Matcher history = HISTORY.matcher(path);
        switch (exchange.getRequestMethod() + " " + path) {
            case "GET /health" ->
                send(exchange, 200, Json.object().put("status", "healthy").put("version", "demo"));
            case "POST /api/v1/chat" -> chat(exchange);
            case "POST /api/v1/chat/stream" -> stream(exchange);
            default -> {
                if (exchange.getRequestMethod().equals("GET") && history.matches()) {
                    send(exchange, 200, turns.history(decoded(history.group(1)), decoded(history.group(2))));
                } else {
                    send(exchange, 404, "text/plain; charset=UTF-8", "404 Not Found");
                }
            }
        }
    }

    private boolean authorized(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            send(exchange, 401, Json.object().put("error", "Authorization header with Bearer token required"));
            return false;
        }
        if (!authorization.equals("Bearer " + key)) {
            send(exchange, 403, Json.object().put("error", "Invalid API key"));
            return false;
        }
        return true;
    }

    private void chat(HttpExchange exchange) throws IOException, InterruptedException {
        DemoRequest request;
        try {
            request = DemoRequest.read(exchange.getRequestBody(), "/api/v1/chat");
            request.demandContent();
        } catch (DemoRefusal refused) {
            send(exchange, refused);
            return;
        }
        if (!turns.tryBegin(request)) {
            send(exchange, DemoRefusal.busy());
            return;
        }
        try {
            DemoScript script = request.script();
            if (turns.failsNow(request)) {
                send(exchange, DemoRefusal.asTold(script.failStatus()));
                return;
            }
            sleeper.sleep(script.delay());
            if (script.hang().isPositive()) {
                sleeper.sleep(script.hang());
                return; // the connection ends without an answer
            }
            if (script.error()) {
                send(exchange, DemoRefusal.failed());
                return;
            }
            send(exchange, 200, turns.answer(request).asChat());
        } finally {
            turns.end(request);
        }
    }

    private void stream(HttpExchange exchange) throws IOException, InterruptedException {
        DemoRequest request;
        try {
            request = DemoRequest.read(exchange.getRequestBody(), "/api/v1/chat/stream");
        } catch (DemoRefusal refused) {
            send(exchange, refused);
            return;
        }
        if (turns.failsNow(request)) {
            send(exchange, DemoRefusal.asTold(request.script().failStatus()));
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(200, /* chunked= */ 0);
        DemoFrames frames = new DemoFrames(exchange.getResponseBody(), sleeper);
        try {
            request.demandContent();
        } catch (DemoRefusal refused) {
            frames.error(refused.reason());
            return;
        }
        if (!turns.tryBegin(request)) {
            frames.status("Queued — processing will begin shortly");
            turns.begin(request);
        }
        try {
            turn(request, frames);
        } finally {
            turns.end(request);
        }
    }

    private void turn(DemoRequest request, DemoFrames frames) throws InterruptedException {
        DemoScript script = request.script();
        frames.status("Processing your request...");
        frames.keepAliveFor(script.delay());
        for (int drop = 1; drop <= script.drops(); drop++) {
            frames.keepAliveFor(script.dropPause());
            frames.progress("(" + drop + ") ");
        }
        if (script.hang().isPositive()) {
            sleeper.sleep(script.hang()); // without keepalives, and without an end
            return;
        }
        if (script.error()) {
            frames.error("The operation was aborted");
            return;
        }
        DemoTurns.Answer answer = turns.answer(request);
        for (String token : answer.tokens()) {
            frames.progress(token);
            frames.keepAliveFor(script.tokenPause());
        }
        frames.complete(answer.response());
    }

    private static void send(HttpExchange exchange, DemoRefusal refusal) throws IOException {
        refusal.retryAfter().map(Duration::toSeconds).ifPresent(seconds -> exchange.getResponseHeaders()
                .set("Retry-After", Long.toString(seconds)));
        send(exchange, refusal.status(), refusal.body());
    }

    private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        send(exchange, status, "application/json", body.toString());
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
