package org.unfoldingword.broker.dispatch;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.unfoldingword.broker.lane.MessageRecord;

/** What became of one attempt to hand a message to the worker. */
sealed interface WorkerOutcome {

    /** Answered; {@code response} is its ChatResponse, byte for byte. */
    record Answered(byte[] response) implements WorkerOutcome {}

    /** Asked for time, perhaps naming how much; nothing was started. */
    record Busy(String code, Optional<Duration> retryAfter) implements WorkerOutcome {}

    /** No byte was sent; trying again cannot run the message twice. */
    record Unreached(String cause) implements WorkerOutcome {}

    /**
     * Answered 5xx, but not 503.
     *
     * @param own whether the worker itself says so; what stands before it cannot know whether the turn is over
     * @param said its word
     */
    record Failed(int status, String code, boolean own, MessageRecord.WorkerError said) implements WorkerOutcome {}

    /** Sent, no end seen: silence, time over, or a broken connection. The turn may still be running. */
    record Unknown(String cause) implements WorkerOutcome {}

    /** The turn ran, and the worker says that it failed. */
    record TurnFailed(String code, MessageRecord.WorkerError said) implements WorkerOutcome {}

    /** Will never be accepted, for the stated reason. */
    record Refused(int status, String code, MessageRecord.WorkerError said) implements WorkerOutcome {}

    /** Answered with something that is no ChatResponse. */
    record Garbled(String what) implements WorkerOutcome {}

    /** Said more than it may, and was cut off; {@code limit} says how much that is. */
    record TooLong(String limit) implements WorkerOutcome {}

    /** We broke the call off ourselves. */
    record Aborted() implements WorkerOutcome {}

    /** A word for meters and logs. */
    default String word() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
