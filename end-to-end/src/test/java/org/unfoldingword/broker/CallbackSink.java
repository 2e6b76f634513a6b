package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.unfoldingword.broker.http.LoopbackServer;

/** A chat gateway's callback endpoint: remembers what it is told and by whom, and how many callbacks of a message came at once. */
final class CallbackSink implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoopbackServer server = new LoopbackServer().on("/progress-callback", this::take);
    private final ConcurrentHashMap<String, AtomicInteger> failures = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<String, Semaphore> held = new ConcurrentHashMap<>();

    // Guarded by this.
    private final List<Callback> callbacks = new ArrayList<>();
    /** Callbacks of a message that are not answered yet, and the most that ever were. */
    private final Map<String, Integer> inside = new HashMap<>();

    private final Map<String, Integer> mostAtOnce = new HashMap<>();

    record Callback(String token, JsonNode body) {

        String type() {
            return body.path("type").asText();
        }

        String key() {
            return body.path("message_key").asText();
        }
    }

    String url() {
        return server.url() + "/progress-callback";
    }

    /** Answers 502 to so many of the next complete callbacks of that message. */
    void failComplete(String key, int times) {
        failures.put(key, new AtomicInteger(times));
    }

    /** Answers the next callback of that message with that type once {@code answer} lets it. */
    void hold(String key, String type, Semaphore answer) {
        held.put(key + " " + type, answer);
    }

    synchronized List<Callback> callbacks() {
        return List.copyOf(callbacks);
    }

    List<Callback> of(String key) {
        return callbacks().stream()
                .filter(callback -> callback.key().equals(key))
                .toList();
    }

    /** Of one message. */
    synchronized int mostAtOnce(String key) {
        return mostAtOnce.getOrDefault(key, 0);
    }

    @Override
    public void close() {
        server.close();
    }

    private void take(HttpExchange exchange) throws IOException {
        Callback callback = new Callback(
                exchange.getRequestHeaders().getFirst("X-Engine-Token"), JSON.readTree(exchange.getRequestBody()));
        synchronized (this) {
            callbacks.add(callback);
            mostAtOnce.merge(callback.key(), inside.merge(callback.key(), 1, Integer::sum), Math::max);
        }
        Semaphore answer = held.remove(callback.key() + " " + callback.type());
        if (answer != null) {
            answer.acquireUninterruptibly();
        }
        AtomicInteger failing = failures.getOrDefault(callback.key(), new AtomicInteger());
        boolean fails = callback.type().equals("complete") && failing.getAndDecrement() > 0;
        synchronized (this) {
            inside.merge(callback.key(), -1, Integer::sum);
        }
        exchange.sendResponseHeaders(fails ? 502 : 200, -1);
    }
}
