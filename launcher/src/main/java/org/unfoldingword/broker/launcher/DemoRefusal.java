package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;

/** An answer other than 200, in one of the worker's two shapes: {@code error} alone, or with {@code code} and message. */
final class DemoRefusal extends Exception {

    private final int status;
    private final ObjectNode body;
    private final int retryAfterSeconds;

    private DemoRefusal(int status, ObjectNode body, int retryAfterSeconds) {
        super(body.path("message").asText(body.path("error").asText()));
        this.status = status;
        this.body = body;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** From the worker's edge. */
    static DemoRefusal edge(String error) {
        return new DemoRefusal(400, Json.object().put("error", error), 0);
    }

    static DemoRefusal invalid(String message) {
        return new DemoRefusal(400, coded("ValidationError", "VALIDATION_ERROR", message), 0);
    }

    static DemoRefusal busy() {
        ObjectNode body = coded(
                        "Request in progress",
                        "CONCURRENT_REQUEST_REJECTED",
                        "Another request for this user is currently being processed. Please retry.")
                .put("retry_after_ms", 5000);
        return new DemoRefusal(429, body, 5);
    }

    static DemoRefusal failed() {
        return new DemoRefusal(500, coded("Processing failed", "INTERNAL_ERROR", "The operation was aborted"), 0);
    }

    /** What {@code [fail=…]} asks for, as the worker or what stands before it would say it. */
    static DemoRefusal asTold(int status) {
        return switch (status) {
            case 429 ->
                new DemoRefusal(
                        429, Json.object().put("error", "Rate limit exceeded").put("code", "RATE_LIMIT_EXCEEDED"), 10);
            case 503 -> new DemoRefusal(503, Json.object().put("error", "Service unavailable"), 1);
            case 502 -> new DemoRefusal(502, coded("ClaudeAPIError", "CLAUDE_API_ERROR", "529 overloaded"), 0);
            default -> new DemoRefusal(status, Json.object().put("error", "Failed as told: " + status), 0);
        };
    }

    int status() {
        return status;
    }

    ObjectNode body() {
        return body;
    }

    /** The sentence for people. */
    String reason() {
        return FailureLine.reason(this);
    }

    Optional<Duration> retryAfter() {
        return retryAfterSeconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(retryAfterSeconds));
    }

    private static ObjectNode coded(String error, String code, String message) {
        return Json.object().put("error", error).put("code", code).put("message", message);
    }
}
