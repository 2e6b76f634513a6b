package org.unfoldingword.broker.message;

import java.util.Locale;

/** Where a message is in its life; {@link #toString()} is the word that users and operators read. */
public enum MessageState {
    /** Accepted, not yet held by a dispatcher, or handed back by one. */
    QUEUED,
    /** Held by a dispatcher. */
    PROCESSING,
    /** Keeps its place and waits for its next attempt. */
    RETRYING,
    /** Answered. */
    COMPLETED,
    /** Ended without an answer; dead-lettered. */
    FAILED,
    /** Ended by its client or an operator. */
    CANCELLED,
    /** Waited for longer than it wanted to. */
    EXPIRED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** @throws IllegalArgumentException if no state has that word */
    public static MessageState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** True for the four ends; an ended message never changes again, unless an operator redrives it. */
    public boolean ended() {
        return switch (this) {
            case QUEUED, PROCESSING, RETRYING -> false;
            case COMPLETED, FAILED, CANCELLED, EXPIRED -> true;
        };
    }

    @Override
    public String toString() {
        return word;
    }
}
