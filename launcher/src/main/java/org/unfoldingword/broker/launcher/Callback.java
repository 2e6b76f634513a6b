package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.unfoldingword.broker.callback.WebhookSignature;
import org.unfoldingword.broker.message.Json;

/**
 * One delivery attempt as it came in. Headers that are missing are empty.
 *
 * @param id {@code webhook-id}, the same for all attempts
 */
record Callback(Instant at, String id, String timestamp, String signature, String engineToken, String body) {

    static Callback of(Instant at, Headers headers, byte[] body) {
        return new Callback(
                at,
                header(headers, WebhookSignature.ID),
                header(headers, WebhookSignature.TIMESTAMP),
                header(headers, WebhookSignature.SIGNATURE),
                header(headers, "X-Engine-Token"),
                new String(body, StandardCharsets.UTF_8));
    }

    /** The body; as one text if it is no JSON. */
    JsonNode json() {
        try {
            return Json.mapper().readTree(body);
        } catch (IOException malformed) {
            return TextNode.valueOf(body);
        }
    }

    /** {@code completed}, {@code error}, or the worker's {@code type} on the worker-compatible entry. */
    String kind() {
        JsonNode json = json();
        return json.path("status").asText(json.path("type").asText("?"));
    }

    /** What is said to the user. */
    String text() {
        JsonNode json = json();
        if (json.path("responses").isArray()) {
            return StreamSupport.stream(json.path("responses").spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining("\n"));
        }
        return json.path("text")
                .asText(json.path("error").asText(json.path("message").asText("")));
    }

    private static String header(Headers headers, String name) {
        return Objects.requireNonNullElse(headers.getFirst(name), "");
    }
}
