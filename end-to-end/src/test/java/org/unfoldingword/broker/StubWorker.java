package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.http.LoopbackServer;

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
    private final int millisMin;
    private final int millisMax;
    private final BusyUsers busy = new BusyUsers();
    private final LoopbackServer server = new LoopbackServer()
            .on("/api/v1/chat", exchange -> answer(exchange, /* streams= */ false))
            .on("/api/v1/chat/stream", exchange -> answer(exchange, /* streams= */ true));
    private final Semaphore released = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);

    // Guarded by this.
    private final List<Call> calls = new ArrayList<>();

    private StubWorker(int millisMin, int millisMax) {
        this.millisMin = millisMin;
        this.millisMax = millisMax;
    }

    /** One turn; its end is set before the answer can be seen. */
    static final class Call {
        final String user;
        final String message;
        /** The header, or nothing. */
        final String traceparent;

        private volatile boolean ended;

        private Call(String user, String message, String traceparent) {
            this.user = user;
            this.message = message;
            this.traceparent = traceparent;
        }
    }

    /** A turn takes so many milliseconds, which depends on its text only. */
    static StubWorker answeringWithin(int millisMin, int millisMax) {
        return new StubWorker(millisMin, millisMax);
    }

    String url() {
        return server.url();
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
        return calls().stream().filter(call -> !call.ended).toList();
    }

    int refusals() {
        return busy.refusals();
    }

    int overlaps() {
        return busy.overlaps();
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }

    private void answer(HttpExchange exchange, boolean streams) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        Call call = new Call(
                request.path("user_id").asText(),
                request.path("message").asText(),
                String.join(",", exchange.getRequestHeaders().getOrDefault("traceparent", List.of())));
        if (!begin(call, streams)) {
            send(exchange, 429, BusyUsers.REFUSAL);
            return;
        }
        ObjectNode response = JSON.createObjectNode();
        response.putArray("responses").add("answer to " + call.message);
        response.put("response_language", "en").putNull("voice_audio_base64").putNull("voice_audio_url");
        if (!streams) {
            think(call);
            end(call);
            send(exchange, 200, response.toString());
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

    private synchronized boolean begin(Call call, boolean streams) {
        return busy.begin(call.user, streams) && calls.add(call);
    }

    private synchronized void end(Call call) {
        call.ended = true;
        busy.end(call.user);
    }

    private void think(Call call) throws IOException {
        if (!call.message.contains(HELD)) {
            pause(millisMin + Math.floorMod(call.message.hashCode(), millisMax - millisMin + 1));
            return;
        }
        try {
            released.acquire();
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

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        LoopbackServer.answer(exchange, status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }
}
