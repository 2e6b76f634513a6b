package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The AI worker, in the test's JVM: answers {@code answer to <message>} and remembers each call. As the real one it goes on with a
 * turn whose caller has left, and refuses, at the endpoint that answers at once, a second turn beside it.
 */
final class StubWorker implements AutoCloseable {

    /** A message with this word is answered once {@link #release} lets it. */
    static final String HELD = "held";

    /** A message with this word has frames that are easily spoilt on their way. */
    static final String ODD = "odd";

    static final List<String> ODD_FRAMES = List.of(
            "{\"type\":\"progress\",\"text\":\"\\r\\n\\u0000\\ud83d\\ude00\"}",
            "{ \"type\" : \"progress\" , \"text\" : \"ቤዛ 😀 \u2028 \u0085\" , \"n\" : 1.50E+2 }",
            "  not json: at all  ",
            "",
            "{\"type\":\"tool_result\",\"tool\":\"search\",\"result\":\"" + "лист ".repeat(60_000) + "\"}");

    /** {@code say 30 every 60}, {@code say 30 every 60 of 1000}: frames, ms between them, letters in each. */
    private static final Pattern SAYING = Pattern.compile("say (\\d+) every (\\d+)(?: of (\\d+))?");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BUSY =
            "{\"error\":\"busy\",\"code\":\"CONCURRENT_REQUEST_REJECTED\",\"message\":\"busy\",\"retry_after_ms\":200}";

    private final int millisMin;
    private final int millisMax;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore released = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);

    // Guarded by this.
    private final List<Call> calls = new ArrayList<>();
    private final Set<String> busyUsers = new HashSet<>();
    private int overlaps;
    private int refusals;

    private StubWorker(int millisMin, int millisMax, HttpServer server) {
        this.millisMin = millisMin;
        this.millisMax = millisMax;
        this.server = server;
    }

    /** One turn; its end is set before the answer can be seen. */
    static final class Call {
        final String user;
        final String message;
        /** The header, or nothing. */
        final String traceparent;

        final Instant start = Instant.now();
        volatile Optional<Instant> end = Optional.empty();

        private Call(String user, String message, String traceparent) {
            this.user = user;
            this.message = message;
            this.traceparent = traceparent;
        }
    }

    /** A turn takes so many milliseconds, which depends on its text only. */
    static StubWorker answeringWithin(int millisMin, int millisMax) {
        // Else the kernel holds small frames back for 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            HttpServer server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), /* backlog= */ 512);
            StubWorker worker = new StubWorker(millisMin, millisMax, server);
            server.setExecutor(worker.threads);
            server.createContext("/api/v1/chat", exchange -> worker.answer(exchange, /* streams= */ false));
            server.createContext("/api/v1/chat/stream", exchange -> worker.answer(exchange, /* streams= */ true));
            server.start();
            return worker;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Lets so many held messages be answered, now or when they come. */
    void release(int messages) {
        released.release(messages);
    }

    /** All turns so far, in the order of their start. */
    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The texts that one user's turns were about, in the order of their start. */
    List<String> messagesOf(String user) {
        return calls().stream()
                .filter(call -> call.user.equals(user))
                .map(call -> call.message)
                .toList();
    }

    List<Call> running() {
        return calls().stream().filter(call -> call.end.isEmpty()).toList();
    }

    /** How often a turn was refused because the one before it had not ended. */
    synchronized int refusals() {
        return refusals;
    }

    /** How often a user's turn began before the one before it had ended. */
    synchronized int overlaps() {
        return overlaps;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, boolean streams) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            Optional<Call> begun = begin(
                    new Call(
                            request.path("user_id").asText(),
                            request.path("message").asText(),
                            String.join(",", exchange.getRequestHeaders().getOrDefault("traceparent", List.of()))),
                    streams);
            if (begun.isEmpty()) {
                send(exchange, 429, "application/json", BUSY);
                return;
            }
            Call call = begun.get();
            ObjectNode response = JSON.createObjectNode();
            response.putArray("responses").add("answer to " + call.message);
            response.put("response_language", "en")
                    .putNull("voice_audio_base64")
                    .putNull("voice_audio_url");
            if (!streams) {
                think(call);
                end(call);
                send(exchange, 200, "application/json", response.toString());
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            frame(body, JSON.createObjectNode().put("type", "status").put("message", "thinking"));
            say(call, body);
            think(call);
            end(call);
            ObjectNode complete = JSON.createObjectNode().put("type", "complete");
            complete.set("response", response);
            frame(body, complete);
        }
    }

    /** As the message tells: so many frames, so many milliseconds apart, each of so many letters. */
    private void say(Call call, OutputStream body) throws IOException {
        Matcher told = SAYING.matcher(call.message);
        if (!told.find()) {
            return;
        }
        String filler = "x".repeat(told.group(3) == null ? 0 : Integer.parseInt(told.group(3)));
        for (int i = 1; i <= Integer.parseInt(told.group(1)); i++) {
            pause(Integer.parseInt(told.group(2)));
            frame(body, JSON.createObjectNode().put("type", "progress").put("text", "part " + i + filler));
        }
        for (String odd : call.message.contains(ODD) ? ODD_FRAMES : List.<String>of()) {
            write(body, odd);
        }
    }

    private synchronized Optional<Call> begin(Call call, boolean streams) {
        if (!busyUsers.add(call.user)) {
            if (!streams) {
                refusals++;
                return Optional.empty();
            }
            overlaps++;
        }
        calls.add(call);
        return Optional.of(call);
    }

    private synchronized void end(Call call) {
        call.end = Optional.of(Instant.now());
        busyUsers.remove(call.user);
    }

    private void think(Call call) throws IOException {
        try {
            if (call.message.contains(HELD)) {
                released.acquire();
            } else {
                int millis = millisMin + Math.floorMod(call.message.hashCode(), millisMax - millisMin + 1);
                if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                    throw new IOException("the test is over");
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new IOException("the test is over", over);
        }
    }

    private void pause(int millis) throws IOException {
        try {
            if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IOException("the test is over");
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new IOException("the test is over", over);
        }
    }

    private static void frame(OutputStream body, ObjectNode data) throws IOException {
        write(body, data.toString());
    }

    private static void write(OutputStream body, String data) throws IOException {
        body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
