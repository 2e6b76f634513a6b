package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

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
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Mood mood = Mood.TAKES;

    /** @param hangMillis longer than its callers wait */
    ChaosReceiver(ChaosHistory history, long hangMillis) {
        this.history = history;
        this.hangMillis = hangMillis;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), /* backlog= */ 512);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/callbacks";
    }

    void be(Mood other) {
        mood = other;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
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
