package org.unfoldingword.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.http.LoopbackServer;

/**
 * The worker as it was recorded, with the same fake model: words in brackets within a message tell what the model does, such as
 * {@code [tool]}, {@code [empty]}, {@code [reply=…]}, {@code [llm=400]}, {@code [delay=1500]}; with {@code [tool] [wait]} it goes on
 * after its tool once {@link #release} lets it. It refuses a second turn of a user at the
 * endpoint that answers at once, and lets it run beside the first at the one that streams. Everything else it is asked for is
 * remembered, and answered with what a test lays down.
 */
final class RecordedWorker implements AutoCloseable {

    static final String KEY = "lab-engine-key";

    /** A voice message is longer than what Jackson takes by default. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(64 * 1024 * 1024)
                    .build())
            .build());

    private static final Pattern COMMAND = Pattern.compile("\\[(\\w+)(?:=([^]]*))?]");

    private final LoopbackServer server = new LoopbackServer()
            .on("/", this::passedThrough)
            .on("/api/v1/chat", exchange -> turn(exchange, /* streams= */ false))
            .on("/api/v1/chat/stream", exchange -> turn(exchange, /* streams= */ true));
    private final BusyUsers busy = new BusyUsers();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Semaphore released = new Semaphore(0);

    /** What it says to a message, or is asked for at a path, as it was recorded. */
    private final Map<String, String> recorded = new ConcurrentHashMap<>();

    // Guarded by this.
    private final List<JsonNode> turns = new ArrayList<>();
    private final List<Passed> passed = new ArrayList<>();

    /** A request to one of the other paths. */
    record Passed(String method, String target, com.sun.net.httpserver.Headers headers, String body) {}

    String url() {
        return server.url();
    }

    /** What turns were asked for, in the order of their start. */
    synchronized List<JsonNode> turns() {
        return List.copyOf(turns);
    }

    /** The texts that turns were about, in the order of their start. */
    List<String> messages() {
        return turns().stream().map(turn -> turn.path("message").asText()).toList();
    }

    synchronized List<Passed> passed() {
        return List.copyOf(passed);
    }

    int overlaps() {
        return busy.overlaps();
    }

    /**
     * Says what it said when it was recorded.
     *
     * @param asked a message, or method and target of another request
     */
    void replay(String asked, String answer) {
        recorded.put(asked, answer);
    }

    /** Lets so many turns that wait go on, now or when they come so far. */
    void release(int turns) {
        released.release(turns);
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }

    private void passedThrough(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String target = exchange.getRequestURI().toString();
        synchronized (this) {
            passed.add(new Passed(exchange.getRequestMethod(), target, exchange.getRequestHeaders(), body));
        }
        String known = recorded.get(exchange.getRequestMethod() + " " + target);
        if (known != null) {
            send(exchange, 200, known);
        } else if (target.endsWith(".opus")) {
            exchange.getResponseHeaders().set("Cache-Control", "private, max-age=86400");
            LoopbackServer.answer(exchange, 200, "audio/ogg", new byte[] {1, 2, 3, 0, -1});
        } else if (target.contains("/history") && exchange.getRequestMethod().equals("GET")) {
            send(
                    exchange,
                    200,
                    "{\"user_id\":\"u\",\"entries\":[{\"user_message\":\"see " + url()
                            + "/a\",\"voice_audio_url\":\"" + url() + "/api/v1/audio/audio/o/u/x.opus\","
                            + "\"inbound_voice_audio_url\":null}],\"total_count\":1,\"limit\":50,\"offset\":0}");
        } else if (target.contains("/users/u/history")) {
            LoopbackServer.answer(exchange, 404, "text/plain; charset=UTF-8", "404 Not Found".getBytes(UTF_8));
        } else {
            exchange.getResponseHeaders().set("Connection", "X-Hop");
            exchange.getResponseHeaders().set("X-Hop", "1");
            send(exchange, 200, "{\"ok\":true}");
        }
    }

    private void turn(HttpExchange exchange, boolean streams) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        String user = request.path("user_id").asText();
        if (!busy.begin(user, streams)) {
            send(exchange, 429, BusyUsers.REFUSAL);
            return;
        }
        synchronized (this) {
            turns.add(request);
        }
        String known = recorded.get(request.path("message").asText());
        if (known != null && streams) {
            busy.end(user);
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(known.getBytes(UTF_8));
            return;
        }
        List<ObjectNode> frames;
        try {
            frames = frames(request, exchange.getRequestHeaders().getFirst("Host"));
        } finally {
            busy.end(user);
        }
        if (streams) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            for (ObjectNode frame : frames) {
                if (frame.path("text").asText().equals("\n")
                        && request.path("message").asText().contains("[wait]")) {
                    released.acquireUninterruptibly();
                }
                body.write(("data: " + frame + "\n\n").getBytes(UTF_8));
                body.flush();
            }
        } else {
            ObjectNode last = frames.getLast();
            boolean answered = last.has("response");
            send(exchange, answered ? 200 : 500, (answered ? last.get("response") : last).toString());
        }
    }

    private List<ObjectNode> frames(JsonNode request, String host) throws IOException {
        boolean audio = request.path("message_type").asText().equals("audio");
        String message = request.path("message").asText();
        String format = request.path("audio_format").asText();
        if (audio && !request.has("audio_base64")) {
            return List.of(error("audio_base64 and audio_format are required when message_type is audio"));
        }
        if (audio && format.equals("exe")) {
            return List.of(error("Unsupported audio format: exe. Supported: ogg, mp3, wav, webm, flac, m4a"));
        }
        if (!audio && message.isBlank()) {
            return List.of(error("Message is required"));
        }
        command(message, "delay").ifPresent(millis -> pause(Long.parseLong(millis)));
        if (request.path("addressed_to_bot").isBoolean()
                && !request.path("addressed_to_bot").asBoolean()) {
            return List.of(complete(List.of(), Optional.empty()));
        }
        List<ObjectNode> frames = new ArrayList<>();
        List<String> responses = new ArrayList<>();
        if (audio) {
            frames.add(status("Transcribing audio..."));
        }
        frames.add(status("Processing your request..."));
        if (command(message, "llm").isPresent()) {
            frames.add(
                    error(
                            "400 {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"fake 400\"}}"));
            return frames;
        }
        if (command(message, "tool").isPresent()) {
            say("Let me look that up.", frames, responses);
            frames.add(status("Executing 1 tool(s)..."));
            ObjectNode use = JSON.createObjectNode().put("type", "tool_use").put("tool", "read_memory");
            use.putObject("input");
            frames.add(use);
            ObjectNode result =
                    JSON.createObjectNode().put("type", "tool_result").put("tool", "read_memory");
            result.putObject("result")
                    .put("content", "")
                    .put("total_size_bytes", 0)
                    .put("capacityPercent", 0);
            frames.add(result);
            frames.add(progress("\n"));
            frames.add(status("Preparing your response..."));
        }
        if (command(message, "empty").isEmpty()) {
            boolean group = request.path("chat_type").asText().endsWith("group");
            String words = audio
                    ? "transcribed words"
                    : COMMAND.matcher(message).replaceAll("").strip();
            say(command(message, "reply").orElse("Answer to: " + (group ? ": " : "") + words), frames, responses);
        }
        Optional<String> voice = Optional.empty();
        if (audio) {
            frames.add(status("Generating audio response..."));
            voice = Optional.of("http://" + host + "/api/v1/audio/audio/unfoldingWord/"
                    + request.path("user_id").asText() + "/" + UUID.randomUUID() + ".opus");
        }
        frames.add(complete(responses, voice));
        return frames;
    }

    /** Word by word, as the model does. */
    private static void say(String text, List<ObjectNode> frames, List<String> responses) {
        for (String word : text.split("(?<= )", -1)) {
            frames.add(progress(word));
        }
        responses.add(text);
    }

    private void pause(long millis) {
        try {
            if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the test is over");
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the test is over", over);
        }
    }

    private static Optional<String> command(String message, String name) {
        Matcher commands = COMMAND.matcher(message);
        while (commands.find()) {
            if (commands.group(1).equals(name)) {
                return Optional.of(Optional.ofNullable(commands.group(2)).orElse(""));
            }
        }
        return Optional.empty();
    }

    private static ObjectNode status(String message) {
        return JSON.createObjectNode().put("type", "status").put("message", message);
    }

    private static ObjectNode progress(String text) {
        return JSON.createObjectNode().put("type", "progress").put("text", text);
    }

    private static ObjectNode error(String error) {
        return JSON.createObjectNode().put("type", "error").put("error", error);
    }

    private static ObjectNode complete(List<String> responses, Optional<String> voice) {
        ObjectNode complete = JSON.createObjectNode().put("type", "complete");
        ObjectNode response = complete.putObject("response");
        ArrayNode texts = response.putArray("responses");
        responses.forEach(texts::add);
        response.put("response_language", "en")
                .putNull("voice_audio_base64")
                .set("voice_audio_url", voice.<JsonNode>map(TextNode::valueOf).orElseGet(NullNode::getInstance));
        return complete;
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        LoopbackServer.answer(exchange, status, "application/json", json.getBytes(UTF_8));
    }
}
