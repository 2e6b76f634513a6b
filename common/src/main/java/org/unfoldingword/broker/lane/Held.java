package org.unfoldingword.broker.lane;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.message.MessageId;

/**
 * An entry in a handler's hands, what is said about it, and the word that may come in meanwhile: stop. Safe for threads.
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
    private final JournalWriter journal;
    private @Nullable Stop stopped;
    private @Nullable Runnable onStop;

    Held(Claim claim, JournalWriter journal) {
        this.claim = claim;
        this.journal = journal;
    }

    public Claim claim() {
        return claim;
    }

    MessageId id() {
        return claim.lease().id();
    }

    /**
     * Tells those who watch the message what the worker said, byte for byte, and keeps it for those who come in later. Called
     * by one thread at a time; may wait for a moment while Redis is slow.
     */
    public void say(byte[] frame) {
        journal.say(frame);
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

    /** Somebody watches the message. */
    void watched() {
        journal.wanted();
    }

    /** Writes down what was said and is not written yet; see {@link JournalWriter#finish}. */
    boolean finishJournal() {
        return journal.finish();
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
        if (reason != Stop.CANCELLED) {
            journal.abandon();
        }
        if (action != null) {
            action.run();
        }
    }
}
