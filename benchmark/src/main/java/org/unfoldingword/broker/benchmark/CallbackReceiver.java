package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.function.Consumer;
import org.unfoldingword.broker.message.Json;

/** Accepts every callback at once, and tells the scenario. */
final class CallbackReceiver implements AutoCloseable {

    private final LoopbackServer server;
    private volatile Consumer<JsonNode> listener = callback -> {};

    CallbackReceiver() throws IOException {
        server = new LoopbackServer(this::accept);
    }

    String url() {
        return server.url() + "/callback";
    }

    void onCallback(Consumer<JsonNode> next) {
        listener = next;
    }

    @Override
    public void close() {
        server.close();
    }

    private void accept(HttpExchange exchange) throws IOException {
        try (exchange) {
            listener.accept(Json.mapper().readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, /* no body= */ -1);
        }
    }
}
