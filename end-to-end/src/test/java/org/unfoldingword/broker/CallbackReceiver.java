package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.unfoldingword.broker.http.LoopbackServer;

/** A chat gateway's callback endpoint: accepts, and remembers, each callback whose signature is right. */
final class CallbackReceiver implements AutoCloseable {

    static final String SECRET = "whsec_ZW5kLXRvLWVuZC1zaWduaW5nLXNlY3JldC0zMmI=";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoopbackServer server = new LoopbackServer().on("/", this::receive);
    private final Webhook webhook = new Webhook(SECRET);
    private final List<Callback> callbacks = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();

    private volatile CountDownLatch together = new CountDownLatch(0);

    record Callback(String webhookId, String traceparent, JsonNode body) {

        String user() {
            return body.path("user_id").asText();
        }

        String messageId() {
            return body.path("message_id").asText();
        }

        /** The worker's answer; empty if there was none. */
        String answer() {
            return body.path("responses").path(0).asText();
        }
    }

    String url() {
        return server.url() + "/callbacks";
    }

    /** Answers nothing before so many callbacks are under way at once. */
    void answerOnceTogether(int callbacksAtOnce) {
        together = new CountDownLatch(callbacksAtOnce);
    }

    /** All that were accepted, in the order of their arrival. */
    List<Callback> callbacks() {
        return List.copyOf(callbacks);
    }

    List<Callback> callbacksTo(String user) {
        return callbacks.stream()
                .filter(callback -> callback.user().equals(user))
                .toList();
    }

    /** Why callbacks were refused. */
    List<String> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void close() {
        server.close();
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try {
            Map<String, List<String>> headers = new HashMap<>();
            for (String name : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
                headers.put(name, exchange.getRequestHeaders().getOrDefault(name, List.of()));
            }
            webhook.verify(body, headers);
            together.countDown();
            together.await();
            callbacks.add(new Callback(
                    exchange.getRequestHeaders().getFirst("webhook-id"),
                    String.join(",", exchange.getRequestHeaders().getOrDefault("traceparent", List.of())),
                    JSON.readTree(body)));
            exchange.sendResponseHeaders(204, -1);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (WebhookVerificationException wrong) {
            refused.add(wrong.getMessage());
            exchange.sendResponseHeaders(400, -1);
        }
    }
}
