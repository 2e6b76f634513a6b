package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.unfoldingword.broker.lane.Found;

/** Which messages a request may know of: another user's looks as if it were not there. */
final class Visible {

    private Visible() {}

    /**
     * The message, if it is there, the caller may see it, and it is of the {@code user_id} and {@code org_id} that the request
     * names, if it names any.
     *
     * @throws Problem 404
     */
    static Found of(Optional<Found> found, HttpServletRequest request) {
        return found.filter(Caller.of(request)::sees)
                .filter(message -> names(request, "user_id", message.envelope().user()))
                .filter(message -> names(request, "org_id", message.envelope().org()))
                .orElseThrow(Visible::unknown);
    }

    static Problem unknown() {
        return Problem.of(404, "message_unknown", "message_id: unknown, or its retention is over");
    }

    private static boolean names(HttpServletRequest request, String parameter, String value) {
        String named = request.getParameter(parameter);
        return named == null || named.isBlank() || named.equals(value);
    }
}
