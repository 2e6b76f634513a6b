package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.unfoldingword.broker.http.LoopbackServer;

/** A callback endpoint that fails in the way it is told to. */
final class ChaosReceiver implements AutoCloseable {

    /** How it behaves to callbacks that come now. */
    enum Mood {
        TAKES,
        ERROR,
        UNAVAILABLE,
        RESET,
        HANG
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChaosHistory history;
    private final long hangMillis;
    private final LoopbackServer server = new LoopbackServer().on("/", this::receive);
    private volatile Mood mood = Mood.TAKES;

    /** @param hangMillis longer than its callers wait */
    ChaosReceiver(ChaosHistory history, long hangMillis) {
        this.history = history;
        this.hangMillis = hangMillis;
    }

    String url() {
        return server.url() + "/callbacks";
    }

    void be(Mood other) {
        mood = other;
    }

    @Override
    public void close() {
        server.close();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            Mood now = mood;
            history.add(new ChaosHistory.Delivery(
                    body.path("user_id").asText(),
                    body.path("metadata").path("number").asInt(),
                    body.path("message_id").asText(),
                    body.path("error_code").asText("completed"),
                    /* taken= */ now == Mood.TAKES,
                    System.nanoTime()));
            switch (now) {
                case TAKES -> exchange.sendResponseHeaders(204, -1);
                case ERROR -> exchange.sendResponseHeaders(500, -1);
                case UNAVAILABLE -> {
                    exchange.getResponseHeaders().set("Retry-After", "1");
                    exchange.sendResponseHeaders(503, -1);
                }
                case RESET -> exchange.close();
                case HANG -> Thread.sleep(hangMillis);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }
}
