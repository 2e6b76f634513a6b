package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.Locale;

/**
 * Which queues are asked for.
 *
 * @param headFor the head has been the head for at least so long; if it is more than nothing, no callback of a message that has
 *     not ended
 * @param idleFor the pending entry has been idle for at least so long, as XPENDING counts it; with {@link Only#PENDING}
 * @param part what the queue's name contains, escaped; empty for any
 */
public record QueueFilter(Only only, Duration headFor, Duration idleFor, String part) {

    /** What the queue's head is doing. */
    public enum Only {
        ANY,
        /** In a holder's hands. */
        RUNNING,
        /** Due, and not taken yet, or not again since its holder let the lease run out. */
        WAITING,
        /** Waits for its next attempt. */
        DELAYED,
        /** Paused, and in nobody's hands. */
        PAUSED,
        /**
         * Not held back by a pause, and no callback of a message that has not ended; to be used with a time for which the head has
         * been the head.
         */
        STUCK,
        /** Has been taken at least once: what XPENDING shows. */
        PENDING;

        /** The word in scripts. */
        String word() {
            return this == ANY ? "" : name().toLowerCase(Locale.ROOT);
        }
    }
}
