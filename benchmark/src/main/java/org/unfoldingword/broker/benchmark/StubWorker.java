package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.unfoldingword.broker.message.Json;

/** Answers like the worker does, when the scenario lets it. */
final class StubWorker implements AutoCloseable {

    private static final String REPLY =
            "{\"responses\":[\"ok\"],\"response_language\":\"en\",\"voice_audio_base64\":null}";

    /** What a scenario does with a call; the answer goes out when it returns. */
    interface Turn {
        /** @param arrivedNanos when the call came in, {@link System#nanoTime} */
        void run(String user, JsonNode request, long arrivedNanos) throws InterruptedException;
    }

    private final LoopbackServer server;
    private volatile Turn turn = (user, request, arrivedNanos) -> {};

    StubWorker() throws IOException {
        server = new LoopbackServer(this::answer);
    }

    String url() {
        return server.url();
    }

    void onCall(Turn next) {
        turn = next;
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
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }
}
