package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.unfoldingword.broker.message.Json;

/**
 * A request to the worker-compatible entry that is answered with an error of the worker's shape: {@code {"error"}} from its edge,
 * {@code {"error","code","message"}} from within.
 */
final class Refusal extends RuntimeException {

    private final int status;
    private final byte[] body;
    private final Optional<Duration> retryAfter;

    private Refusal(int status, byte[] body, Optional<Duration> retryAfter) {
        super("status " + status);
        this.status = status;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    /** As the worker's edge refuses. */
    static Refusal bare(int status, String error) {
        return new Refusal(status, Json.bytes(Json.object().put("error", error)), Optional.empty());
    }

    /** @throws Refusal 400, as the worker's edge refuses, if it is so */
    static void refuseIf(boolean bad, String error) {
        if (bad) {
            throw bare(400, error);
        }
    }

    /** As the worker fails. */
    static Refusal coded(int status, String error, String code, String message) {
        return new Refusal(status, Json.bytes(json(error, code, message)), Optional.empty());
    }

    /** As the worker puts off: nothing was done, and the same request is welcome later. */
    static Refusal putOff(int status, String error, String code, String message, Duration retryAfter) {
        ObjectNode json = json(error, code, message).put("retry_after_ms", retryAfter.toMillis());
        return new Refusal(status, Json.bytes(json), Optional.of(retryAfter));
    }

    /** With the worker's own answer. */
    static Refusal verbatim(int status, String body) {
        return new Refusal(status, body.getBytes(UTF_8), Optional.empty());
    }

    /** With more said in the body than the worker would. */
    static Refusal told(int status, String error, String code, String message, String messageId) {
        return new Refusal(
                status, Json.bytes(json(error, code, message).put("message_id", messageId)), Optional.empty());
    }

    ResponseEntity<byte[]> toResponse() {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON);
        retryAfter.map(Problems::seconds).ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, wait));
        return answer.body(body);
    }

    /** To a request that has not reached a controller. */
    void write(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        retryAfter.map(Problems::seconds).ifPresent(wait -> response.setHeader(HttpHeaders.RETRY_AFTER, wait));
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(body);
    }

    private static ObjectNode json(String error, String code, String message) {
        return Json.object().put("error", error).put("code", code).put("message", message);
    }
}
