package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.unfoldingword.broker.message.MessageState;

/** What a handler decided about the entry it held; settling it is one atomic step. */
public sealed interface Verdict {

    /** The worker answered; {@code response} is its ChatResponse as it wrote it. */
    record Answered(byte[] response) implements Verdict {}

    /**
     * The message ended without an answer: failed (and dead-lettered), cancelled or expired.
     *
     * @param doubt what is known now about calls that may still be running
     */
    record Ended(MessageState state, MessageRecord.Fault fault, Doubt doubt) implements Verdict {
        public Ended {
            if (!state.ended() || state == MessageState.COMPLETED) {
                throw new IllegalArgumentException("state: " + state + " (expected: failed, cancelled or expired)");
            }
        }
    }

    /** The receiver took the callback. */
    record Delivered() implements Verdict {}

    /**
     * The receiver will not get the callback; it is dead-lettered.
     *
     * @param said the beginning of what the receiver answered, perhaps empty; it may quote the message
     */
    record Undeliverable(String reason, String said) implements Verdict {
        /** The receiver said nothing. */
        public Undeliverable(String reason) {
            this(reason, "");
        }
    }

    /**
     * The entry keeps its place and is due again after a delay.
     *
     * @param counted it counts as one of the failures that are bounded in number
     * @param reason for the record and its readers, whoever they are: nothing that others said
     * @param said the beginning of what the receiver of a callback answered, perhaps empty; it may quote the message
     */
    record Later(Duration delay, String reason, String said, boolean counted, Doubt doubt) implements Verdict {
        /** Likewise. */
        public Later(Duration delay, String reason, boolean counted, Doubt doubt) {
            this(delay, reason, "", counted, doubt);
        }
    }

    /** Nothing was tried: the entry is due again after a delay, and the attempt does not count. */
    record Back(Duration delay, Doubt doubt) implements Verdict {}

    /** A word for meters and logs. */
    default String word() {
        return switch (this) {
            case Answered answered -> "completed";
            case Ended ended -> ended.state().toString();
            case Delivered delivered -> "delivered";
            case Undeliverable undeliverable -> "dead";
            case Later later -> "retry";
            case Back back -> "back";
        };
    }

    /** Whether a call whose end was not seen may still be running, for the next call of the queue. */
    enum Doubt {
        /** As before. */
        UNCHANGED,
        /** From now on. */
        RAISED,
        /** No longer. */
        CLEARED;

        /** As {@code settle.lua} is told. */
        String argument(Duration lifetime) {
            return switch (this) {
                case UNCHANGED -> "";
                case RAISED -> Long.toString(lifetime.toMillis());
                case CLEARED -> "0";
            };
        }
    }
}
