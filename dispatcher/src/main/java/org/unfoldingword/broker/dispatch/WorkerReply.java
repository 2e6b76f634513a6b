package org.unfoldingword.broker.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.unfoldingword.broker.http.RetryAfter;
import org.unfoldingword.broker.lane.MessageRecord.WorkerError;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.RawObject;

/** Makes sense of what the worker answered; pure. The shapes are those of its recorded traffic. */
final class WorkerReply {

    /** 429 codes that say "the turn ran, and failed". All other 429 are busy or rate limits. */
    private static final Set<String> RAN = Set.of("MCP_CALL_LIMIT_EXCEEDED", "MCP_REQUEST_CALL_LIMIT_EXCEEDED");

    private static final int MESSAGE_MAX = 500;
    /** A longer answer to a failure is not kept. */
    private static final int BODY_MAX = 4096;
    /** The status of an answer that goes on to tell of a failure. */
    private static final int STREAMED = 200;

    private WorkerReply() {}

    /** A terminal frame's outcome; empty for all others. */
    static Optional<WorkerOutcome> terminal(byte[] frame) {
        try {
            RawObject json = RawObject.parse(frame);
            String type = text(json, "type");
            return switch (type) {
                case "complete" -> Optional.of(answered(json.bytes("response").orElse(new byte[0])));
                case "error" ->
                    Optional.of(new WorkerOutcome.TurnFailed(
                            "worker_failed", new WorkerError(STREAMED, shortened(text(json, "error")), "")));
                default -> Optional.empty();
            };
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** A 200 of the endpoint that answers at once. */
    static WorkerOutcome answered(byte[] response) {
        try {
            JsonNode responses = RawObject.parse(response).get("responses").orElse(MissingNode.getInstance());
            boolean texts = responses.isArray();
            for (JsonNode one : responses) {
                texts &= one.isTextual();
            }
            return texts
                    ? new WorkerOutcome.Answered(response)
                    : new WorkerOutcome.Garbled("the answer has no list of texts in 'responses'");
        } catch (IOException notJson) {
            return new WorkerOutcome.Garbled("the answer is no JSON object");
        }
    }

    /** Any other status. */
    static WorkerOutcome refused(int status, byte[] body, Optional<String> retryAfter, Instant now) {
        JsonNode json = object(body);
        String code = json.path("code").asText("");
        String message =
                shortened(json.path("message").asText(json.path("error").asText(new String(body, UTF_8))));
        WorkerError said = new WorkerError(
                status, message, json.isObject() && body.length <= BODY_MAX ? new String(body, UTF_8) : "");
        if (status == 429 && RAN.contains(code)) {
            return new WorkerOutcome.TurnFailed(code, said);
        }
        if (status == 429 || status == 503) {
            Optional<Duration> hint = json.path("retry_after_ms").isNumber()
                    ? Optional.of(Duration.ofMillis(
                            Math.max(0, json.path("retry_after_ms").asLong())))
                    : retryAfter.flatMap(value -> RetryAfter.parse(value, now));
            return new WorkerOutcome.Busy(code.isEmpty() ? "HTTP_" + status : code, hint);
        }
        if (status >= 500) {
            return new WorkerOutcome.Failed(status, code, json.path("error").isTextual(), said);
        }
        if (status >= 400) {
            return new WorkerOutcome.Refused(status, code, said);
        }
        return new WorkerOutcome.Garbled("status " + status);
    }

    private static JsonNode object(byte[] body) {
        try {
            JsonNode json = Json.mapper().readTree(body);
            return json == null ? MissingNode.getInstance() : json;
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static String text(RawObject json, String name) {
        return json.get(name).map(JsonNode::asText).orElse("");
    }

    private static String shortened(String message) {
        return message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) + "…" : message;
    }
}
