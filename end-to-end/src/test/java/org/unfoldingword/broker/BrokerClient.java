package org.unfoldingword.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A chat gateway's view of the broker: its HTTP API. */
final class BrokerClient {

    static final String ORG = "unfoldingWord";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_MAX = Duration.ofSeconds(150);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String url;

    BrokerClient(String url) {
        this.url = url;
    }

    String url() {
        return url;
    }

    record Answer(int status, HttpHeaders headers, JsonNode body) {

        String messageId() {
            return body.path("message_id").asText();
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** A text message that is well-formed; a test changes what it is about. */
    static ObjectNode message(String user, String text) {
        return JSON.createObjectNode()
                .put("user_id", user)
                .put("org_id", ORG)
                .put("client_id", "whatsapp")
                .put("message_type", "text")
                .put("message", text);
    }

    /** @param headers names and values, in turn */
    Answer post(ObjectNode message, String... headers) {
        return post(message.toString(), headers);
    }

    Answer post(String body, String... headers) {
        return send(request("/api/v1/message", headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    CompletableFuture<Answer> postLater(ObjectNode message) {
        HttpRequest request = request("/api/v1/message")
                .POST(HttpRequest.BodyPublishers.ofString(message.toString()))
                .build();
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(BrokerClient::answer);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    /** What the broker says of its own books. */
    JsonNode audit() {
        return get("/api/v1/operator/audit").body();
    }

    /**
     * Opens a stream.
     *
     * @param headers names and values, in turn
     */
    Events stream(String path, String... headers) {
        return Events.open(HTTP, request(path, headers).GET());
    }

    /** Sends a message and streams what happens to it. */
    Events streamed(ObjectNode message, String... headers) {
        return Events.open(
                HTTP,
                request("/api/v1/message", headers)
                        .header("Accept", "text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString(message.toString())));
    }

    /** Messages of the user's conversation that wait or run. */
    int queueLength(String user) {
        return get("/api/v1/queue/" + user + "?org_id=" + ORG)
                .body()
                .path("queue_length")
                .asInt(-1);
    }

    /** Whether anybody accepts connections. */
    boolean isServing() {
        try {
            HTTP.send(
                    HttpRequest.newBuilder(URI.create(url + "/health")).build(),
                    HttpResponse.BodyHandlers.discarding());
            return true;
        } catch (IOException refused) {
            return false;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER_MAX)
                .header("X-API-Key", BrokerProcess.API_KEY)
                .header("Content-Type", "application/json");
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            return answer(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for an answer", hurried);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        try {
            return new Answer(response.statusCode(), response.headers(), JSON.readTree(response.body()));
        } catch (JsonProcessingException garbled) {
            throw new UncheckedIOException(garbled);
        }
    }
}
