package org.unfoldingword.broker.lane;

import java.time.Duration;

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
        ANY(""),
        /** In a holder's hands. */
        RUNNING("running"),
        /** Due, and not taken yet, or not again since its holder let the lease run out. */
        WAITING("waiting"),
        /** Waits for its next attempt. */
        DELAYED("delayed"),
        /** Paused, and in nobody's hands. */
        PAUSED("paused"),
        /** Not held back by a pause, and no callback of a message that has not ended; to be used with a time for which the head has been the head. */
        STUCK("stuck"),
        /** Has been taken at least once: what XPENDING shows. */
        PENDING("pending");

        private final String word;

        Only(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
