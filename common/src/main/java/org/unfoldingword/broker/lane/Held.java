package org.unfoldingword.broker.lane;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry in a handler's hands, and the word that may come in meanwhile: stop. Safe for threads.
 */
public final class Held {

    /** Why the work is to stop. */
    public enum Stop {
        /** Another holds the lease: nothing more may be written. */
        LOST,
        /** The message was cancelled. */
        CANCELLED,
        /** The process ends and its grace time is over. */
        SHUTDOWN
    }

    private final Claim claim;
    private @Nullable Stop stopped;
    private @Nullable Runnable onStop;

    Held(Claim claim) {
        this.claim = claim;
    }

    public Claim claim() {
        return claim;
    }

    /** Runs the action when the work is to stop, at once if it already is. One action at a time; the last one given counts. */
    public void onStop(Runnable action) {
        boolean now;
        synchronized (this) {
            onStop = action;
            now = stopped != null;
        }
        if (now) {
            action.run();
        }
    }

    public synchronized Optional<Stop> stopped() {
        return Optional.ofNullable(stopped);
    }

    /** The first reason counts, except that a lost lease overrides any other. */
    void stop(Stop reason) {
        Runnable action;
        synchronized (this) {
            if (stopped == null || reason == Stop.LOST) {
                stopped = reason;
            }
            action = onStop;
        }
        if (action != null) {
            action.run();
        }
    }
}
