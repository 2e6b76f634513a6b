package org.unfoldingword.broker.ingest;

import java.util.Optional;

/**
 * A request that is answered with {@code application/problem+json} (RFC 9457).
 *
 * @see Problems
 */
final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient Optional<String> field;

    private Problem(int status, String code, Optional<String> field, String detail) {
        super(detail, null, false, false);
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
                field + ": " + shown(value) + " (expected: " + expected + ")");
    }

    /** As {@link #field(String, String, String)}, where the fault is told already. */
    static Problem field(String field, IllegalArgumentException fault) {
        return new Problem(400, "invalid_field", Optional.of(field), String.valueOf(fault.getMessage()));
    }

    /** 403: the field names what the caller may not name. */
    static Problem forbidden(String code, String field, String value, String expected) {
        return new Problem(
                403, code, Optional.of(field), field + ": " + shown(value) + " (expected: " + expected + ")");
    }

    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, Optional.empty(), detail);
    }

    private static String shown(String value) {
        return value.length() > 80 ? value.substring(0, 80) + "…" : value;
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

    String detail() {
        return String.valueOf(getMessage());
    }
}
