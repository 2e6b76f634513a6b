package org.unfoldingword.broker;

import java.util.HashSet;
import java.util.Set;

/** How the worker deals with a user's second turn: it refuses it at the endpoint that answers at once, and else runs it beside the first. */
final class BusyUsers {

    /** What it says to a turn that it refuses. */
    static final String REFUSAL = "{\"error\":\"Request in progress\",\"code\":\"CONCURRENT_REQUEST_REJECTED\","
            + "\"message\":\"busy\",\"retry_after_ms\":200}";

    // Guarded by this.
    private final Set<String> busy = new HashSet<>();
    private int overlaps;
    private int refusals;

    /** False if the turn is refused. */
    synchronized boolean begin(String user, boolean streams) {
        if (!busy.add(user)) {
            if (!streams) {
                refusals++;
                return false;
            }
            overlaps++;
        }
        return true;
    }

    synchronized void end(String user) {
        busy.remove(user);
    }

    /** How often a turn was refused because the one before it had not ended. */
    synchronized int refusals() {
        return refusals;
    }

    /** How often a turn began before the one before it had ended. */
    synchronized int overlaps() {
        return overlaps;
    }
}
