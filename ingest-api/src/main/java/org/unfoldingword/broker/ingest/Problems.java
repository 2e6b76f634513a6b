package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.util.DisconnectedClientHelper;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.telemetry.Meters;

/** Turns whatever goes wrong in a request into {@code application/problem+json}; never shows a stack trace. */
@RestControllerAdvice
final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /** How long a client is to stay away when Redis is. */
    static final Duration REDIS_AWAY = Duration.ofSeconds(2);

    private final MeterRegistry meters;

    Problems(MeterRegistry meters) {
        this.meters = meters;
    }

    @ExceptionHandler
    ResponseEntity<byte[]> refused(Problem problem) {
        return answer(problem, new HttpHeaders());
    }

    @ExceptionHandler
    ResponseEntity<byte[]> redisAway(RedisUnavailable away) {
        log.warn("a request was refused: Redis is away ({})", away.getMessage());
        return refused(Problem.of(
                        503,
                        "store_unavailable",
                        "The store cannot be reached now. A message may not have been accepted: send it again, under the same"
                                + " client_message_id if it has one.")
                .retryAfter(REDIS_AWAY));
    }

    /** A parameter of another type than its endpoint takes. */
    @ExceptionHandler
    @Nullable ResponseEntity<byte[]> mistyped(MethodArgumentTypeMismatchException mistyped) {
        return refused(Problem.field(
                mistyped.getName(), String.valueOf(mistyped.getValue()), "a value of the parameter's type"));
    }

    /** Null for a client that has hung up: there is nobody to answer, and nothing is lost by it. */
    @ExceptionHandler
    @Nullable ResponseEntity<byte[]> other(Exception thrown) {
        if (DisconnectedClientHelper.isClientDisconnectedException(thrown)) {
            log.debug("a client hung up ({})", thrown.getMessage());
            return null;
        }
        if (thrown instanceof HttpException malformed && malformed.getCode() < 500) {
            return refused(Problem.of(malformed.getCode()));
        }
        if (thrown instanceof ErrorResponse known) {
            return answer(Problem.of(known.getStatusCode().value()), known.getHeaders());
        }
        String incident = UUID.randomUUID().toString();
        log.error("incident {}: unexpected error in a request", incident, thrown);
        return refused(Problem.of(500, "internal_error", "Unexpected error; incident " + incident));
    }

    /** Answers a request that has not reached a controller. */
    void write(Problem problem, HttpServletResponse response) throws IOException {
        Meters.REFUSED.counter(meters, "code", problem.code()).increment();
        response.setStatus(problem.status());
        if (problem.status() == 401) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        problem.retryAfter()
                .map(Problems::seconds)
                .ifPresent(wait -> response.setHeader(HttpHeaders.RETRY_AFTER, wait));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(body(problem));
    }

    /** As {@code Retry-After} has it: whole, and at least one. */
    static String seconds(Duration wait) {
        return Long.toString(Math.max(1, Math.ceilDiv(wait.toMillis(), 1000L)));
    }

    static byte[] body(Problem problem) {
        ObjectNode json = Json.object();
        json.put("type", "about:blank");
        json.put("title", title(problem.status()));
        json.put("status", problem.status());
        json.put("code", problem.code());
        json.put("detail", problem.detail());
        problem.field().ifPresent(field -> json.put("field", field));
        return Json.bytes(json);
    }

    private ResponseEntity<byte[]> answer(Problem problem, HttpHeaders headers) {
        Meters.REFUSED.counter(meters, "code", problem.code()).increment();
        HttpHeaders told = new HttpHeaders();
        told.putAll(headers);
        problem.retryAfter().map(Problems::seconds).ifPresent(wait -> told.set(HttpHeaders.RETRY_AFTER, wait));
        return ResponseEntity.status(problem.status())
                .headers(told)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body(problem));
    }

    private static String title(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Error" : known.getReasonPhrase();
    }
}
