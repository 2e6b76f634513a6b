package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/**
 * A request that is answered with {@code application/problem+json} (RFC 9457).
 *
 * @see Problems
 */
final class Problem extends RuntimeException {

    private static final int SHOWN_MAX = 80;

    private final int status;
    private final String code;
    private final Optional<String> field;
    private final Optional<Duration> retryAfter;

    private Problem(int status, String code, Optional<String> field, String detail) {
        this(status, code, field, detail, Optional.empty());
    }

    private Problem(int status, String code, Optional<String> field, String detail, Optional<Duration> retryAfter) {
        super(wellFormed(detail), null, false, false);
        this.retryAfter = retryAfter;
        this.status = status;
        this.code = code;
        this.field = field;
    }

    /** The field's value is at fault: {@code field: value (expected: what)}. */
    static Problem field(String field, String value, String expected) {
        return new Problem(
                400,
                "invalid_field",
                Optional.of(field),
                field + ": " + printable(value) + " (expected: " + expected + ")");
    }

    /** As {@link #field(String, String, String)}, where the fault is told already. */
    static Problem field(String field, IllegalArgumentException fault) {
        return new Problem(400, "invalid_field", Optional.of(field), String.valueOf(fault.getMessage()));
    }

    /** 403: the field names what the caller may not name. */
    static Problem forbidden(String code, String field, String value, String expected) {
        return new Problem(
                403, code, Optional.of(field), field + ": " + printable(value) + " (expected: " + expected + ")");
    }

    /** A status, of which no more is known than its usual phrase. */
    static Problem of(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null
                ? of(status, "error", "the request was refused")
                : of(status, known.name().toLowerCase(Locale.ROOT), known.getReasonPhrase());
    }

    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, Optional.empty(), detail);
    }

    /** Told to the client as {@code Retry-After}, in whole seconds. */
    Problem retryAfter(Duration wait) {
        return new Problem(status, code, field, detail(), Optional.of(wait));
    }

    /** The text as an answer may quote it: at most 80 characters, none of them a control character or half of one. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(SHOWN_MAX)
                .map(point -> Submission.unprintable(point) ? '?' : point)
                .forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > SHOWN_MAX ? shown + "…" : shown.toString();
    }

    int status() {
        return status;
    }

    /** Stable; clients may switch on it. */
    String code() {
        return code;
    }

    Optional<String> field() {
        return field;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    /** An answer is written in UTF-8, which has no halves of characters. */
    private static String wellFormed(String detail) {
        return new String(detail.getBytes(UTF_8), UTF_8);
    }
}
