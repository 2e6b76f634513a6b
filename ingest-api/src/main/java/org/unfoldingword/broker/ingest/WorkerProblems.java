package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.util.DisconnectedClientHelper;
import org.unfoldingword.broker.lane.RedisUnavailable;

/** Errors of the worker-compatible entry and of what is passed through, in the worker's shapes. */
@RestControllerAdvice(assignableTypes = {ChatController.class, PassThroughController.class})
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WorkerProblems {

    private static final Logger log = LoggerFactory.getLogger(WorkerProblems.class);

    private static final List<String> PATHS =
            List.of("/api/v1/chat/", "/api/v1/orgs/", "/api/v1/admin/", "/api/v1/audio/", "/api/v1/voice-submissions/");

    @ExceptionHandler
    ResponseEntity<byte[]> refused(Refusal refusal) {
        return refusal.toResponse();
    }

    @ExceptionHandler
    ResponseEntity<byte[]> refused(Problem problem) {
        Refusal refusal =
                switch (problem.code()) {
                    case "queue_full", "org_full" ->
                        Refusal.putOff(
                                429, "Queue full", "QUEUE_DEPTH_EXCEEDED", problem.detail(), AcceptMessage.TRY_AGAIN);
                    case "rate_limited" ->
                        Refusal.putOff(
                                429,
                                "Too many requests",
                                "RATE_LIMIT_EXCEEDED",
                                problem.detail(),
                                problem.retryAfter().orElse(AcceptMessage.TRY_AGAIN));
                    case "invalid_json", "unsupported_media_type" -> Refusal.bare(400, "Invalid JSON body");
                    case "body_too_large" -> Refusal.bare(413, "Request body too large");
                    default -> Refusal.bare(problem.status(), problem.detail());
                };
        return refusal.toResponse();
    }

    @ExceptionHandler
    ResponseEntity<byte[]> redisAway(RedisUnavailable away) {
        log.warn("a request was refused: Redis is away ({})", away.getMessage());
        return Refusal.putOff(
                        503,
                        "Service unavailable",
                        "STORE_UNAVAILABLE",
                        "The store cannot be reached now. A message may not have been accepted: send it again.",
                        Problems.REDIS_AWAY)
                .toResponse();
    }

    @ExceptionHandler
    @Nullable ResponseEntity<byte[]> other(Exception thrown) throws BrokenOff {
        if (thrown instanceof BrokenOff broken) {
            // The server cuts the connection then. To answer anything would make a whole of the part that was given.
            throw broken;
        }
        if (DisconnectedClientHelper.isClientDisconnectedException(thrown)) {
            // There is nobody to answer, and nothing is lost by it.
            log.debug("a client hung up ({})", thrown.getMessage());
            return null;
        }
        if (thrown instanceof ErrorResponse known) {
            return Refusal.bare(known.getStatusCode().value(), "Not found").toResponse();
        }
        log.error("incident {}: unexpected error in a request", UUID.randomUUID(), thrown);
        return Refusal.bare(500, "Internal server error").toResponse();
    }

    /** Whether the request is to one of their paths. */
    static boolean cover(HttpServletRequest request) {
        String path = request.getServletPath() + "/";
        return PATHS.stream().anyMatch(path::startsWith);
    }

    /** Refuses a request without a good key as the worker does: 401 without any, 403 with a wrong one. */
    static void write(Denied denied, HttpServletResponse response) throws IOException {
        Refusal refusal =
                switch (denied) {
                    case Denied.NoKey none -> Refusal.bare(401, "Authorization header with Bearer token required");
                    case Denied.UnknownKey unknown -> Refusal.bare(403, "Invalid API key");
                    case Denied.TooManyAttempts tooMany ->
                        Refusal.putOff(
                                429,
                                "Too many attempts",
                                "RATE_LIMIT_EXCEEDED",
                                "Too many unknown keys from this address",
                                tooMany.retryAfter());
                };
        refusal.write(response);
    }
}
