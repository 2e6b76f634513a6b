package org.unfoldingword.broker.ingest;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a path may not be, judged on its raw text, before anything decodes it.
 *
 * <p>An escaped slash is a slash to whoever judges a decoded path, as {@link OpenPaths} does, and none to whoever dispatches on the
 * raw one. Only where the path begins with plain text that settles what is asked for may one follow: in the id of a user.
 */
final class PathRules {

    private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern ESCAPED_SLASH = Pattern.compile("%2f", Pattern.CASE_INSENSITIVE);
    private static final String BEFORE_A_USER_ID = "/api/v1/queue/";

    private PathRules() {}

    /** The fault of a raw path and what is expected instead, or nothing. */
    static Optional<String> faultOf(String path) {
        if (MALFORMED_ESCAPE.matcher(path).find()) {
            return Optional.of("malformed (expected: % and two hex digits)");
        }
        if (!path.startsWith(BEFORE_A_USER_ID) && ESCAPED_SLASH.matcher(path).find()) {
            return Optional.of("has an escaped slash (expected: one only in the user_id of /api/v1/queue/{user_id})");
        }
        return Optional.empty();
    }
}
