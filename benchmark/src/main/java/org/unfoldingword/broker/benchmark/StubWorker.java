package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.unfoldingword.broker.message.Json;

/** Answers like the worker does, when the scenario lets it. */
final class StubWorker implements AutoCloseable {

    private static final String REPLY =
            "{\"responses\":[\"ok\"],\"response_language\":\"en\",\"voice_audio_base64\":null}";

    /** What a frame is known by that says when it was said. */
    static final String SAID_AT = "\"said_at_nanos\":";

    private final LoopbackServer server;
    private volatile Turn turn = (user, request, arrivedNanos) -> {};
    private volatile Speech speech = new Speech(0, Duration.ZERO);

    StubWorker() throws IOException {
        server = new LoopbackServer(this::answer);
    }

    String url() {
        return server.url();
    }

    void onCall(Turn next) {
        turn = next;
    }

    /** From now on, so many frames come before the answer of a stream, each with the time at which it was said. */
    void speak(int frames, Duration every) {
        speech = new Speech(frames, every);
    }

    /** {@link System#nanoTime} of when the frame was said. */
    static long saidAt(String data) {
        int at = data.indexOf(SAID_AT) + SAID_AT.length();
        return Long.parseLong(data.substring(at, data.indexOf('}', at)));
    }

    @Override
    public void close() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        long arrivedNanos = System.nanoTime();
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("POST")) {
                JsonNode request = Json.mapper().readTree(body);
                turn.run(request.path("user_id").asText(), request, arrivedNanos);
            }
            boolean streamed = exchange.getRequestURI().getPath().endsWith("/stream");
            byte[] answer =
                    (streamed ? "data: {\"type\":\"complete\",\"response\":" + REPLY + "}\n\n" : REPLY).getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", streamed ? "text/event-stream" : "application/json");
            Speech speaking = speech;
            boolean speaks = streamed && speaking.frames() > 0;
            exchange.sendResponseHeaders(200, speaks ? /* in chunks */ 0 : answer.length);
            OutputStream out = exchange.getResponseBody();
            if (speaks) {
                say(out, speaking);
            }
            out.write(answer);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(OutputStream out, Speech speech) throws IOException, InterruptedException {
        for (int i = 0; i < speech.frames(); i++) {
            Thread.sleep(speech.every());
            out.write(("data: {\"type\":\"progress\",\"text\":\"word " + i + "\"," + SAID_AT + System.nanoTime()
                            + "}\n\n")
                    .getBytes(UTF_8));
            out.flush();
        }
    }

    /** What a scenario does with a call; the answer goes out when it returns. */
    interface Turn {
        /** @param arrivedNanos when the call came in, {@link System#nanoTime} */
        void run(String user, JsonNode request, long arrivedNanos) throws InterruptedException;
    }

    /** What is said before the answer, where a stream was asked for. */
    private record Speech(int frames, Duration every) {}
}
