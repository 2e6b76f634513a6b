package org.unfoldingword.broker.ingest;

import java.time.Duration;

/** Why a request did not get past the keys. */
sealed interface Denied {

    /** It showed none. */
    record NoKey() implements Denied {}

    /** It showed one that is nobody's. */
    record UnknownKey() implements Denied {}

    /** Its source has shown too many that are nobody's. */
    record TooManyAttempts(Duration retryAfter) implements Denied {}

    default Problem problem() {
        return switch (this) {
            case NoKey none -> unauthorized("no key");
            case UnknownKey unknown -> unauthorized("unknown key");
            case TooManyAttempts tooMany ->
                Problem.of(429, "too_many_attempts", "too many unknown keys from this address (expected: fewer)")
                        .retryAfter(tooMany.retryAfter);
        };
    }

    private static Problem unauthorized(String fault) {
        return Problem.of(
                401, "unauthorized", fault + " (expected: X-API-Key or Authorization: Bearer with a known key)");
    }
}
