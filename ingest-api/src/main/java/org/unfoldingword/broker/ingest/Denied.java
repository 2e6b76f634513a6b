package org.unfoldingword.broker.ingest;

/** Why a request did not get past the keys. */
enum Denied {
    /** It showed none. */
    NO_KEY,
    /** It showed one that is nobody's. */
    UNKNOWN_KEY;

    Problem problem() {
        return switch (this) {
            case NO_KEY -> unauthorized("no key");
            case UNKNOWN_KEY -> unauthorized("unknown key");
        };
    }

    private static Problem unauthorized(String fault) {
        return Problem.of(
                401, "unauthorized", fault + " (expected: X-API-Key or Authorization: Bearer with a known key)");
    }
}
