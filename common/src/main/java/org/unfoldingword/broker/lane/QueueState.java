package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;

/**
 * One queue with entries at one moment: its index, its head and its pending entry.
 *
 * @param at the moment, by Redis's clock
 * @param headSince since when its oldest entry is the oldest
 * @param length entries, the held one included
 * @param held a holder has it, or had it when its lease ran out
 * @param dueAt the lease's end, or the next attempt; empty if it is due or paused
 * @param readySince since when it is due
 * @param pending as XPENDING gives it; empty if its head was never taken
 * @param pauses those that apply: its own, its org's, all
 * @param attempts of the head
 * @param claimedAt since when the head is held
 * @param messageEndedAt when the head's message ended; of a callback it is empty while it tells of a message that still runs
 * @param doubtful a call whose end was not seen may still be running
 */
public record QueueState(
        Instant at,
        Lane lane,
        String name,
        Instant headSince,
        int length,
        boolean held,
        Optional<Instant> dueAt,
        Optional<Instant> readySince,
        Optional<Pending> pending,
        List<Pause> pauses,
        MessageId head,
        Instant headAcceptedAt,
        String headState,
        int attempts,
        int lapses,
        Optional<Instant> claimedAt,
        Optional<Instant> messageEndedAt,
        boolean doubtful) {

    /** As {@code standing} in {@code survey.lua} has it, which knows no lapsed one. */
    public Standing standing() {
        if (held && dueAt.filter(at::isBefore).isPresent()) {
            return Standing.RUNNING;
        }
        if (!pauses.isEmpty()) {
            return Standing.PAUSED;
        }
        if (held) {
            return Standing.LAPSED;
        }
        return dueAt.filter(at::isBefore).isPresent() ? Standing.DELAYED : Standing.READY;
    }

    /** How long the head has been the head. A callback waits from its message's end on: before, there is nothing to be late with. */
    public Duration headFor() {
        return lane == Lane.CALLBACKS && messageEndedAt.isEmpty() ? Duration.ZERO : Duration.between(headSince, at);
    }

    /**
     * A pending entry, as XPENDING gives it.
     *
     * @param consumer the holder, or {@code nobody} while it waits for its next attempt
     * @param idle since it was last taken or its lease was last extended
     * @param deliveries times that it was handed to a holder
     */
    public record Pending(String entry, String consumer, Duration idle, int deliveries) {}

    /** What the head is doing. */
    public enum Standing {
        /** In a holder's hands. */
        RUNNING,
        /** Its holder let the lease run out; the next claim takes it. */
        LAPSED,
        /** Not taken while a pause is in force. */
        PAUSED,
        /** Waits for its next attempt. */
        DELAYED,
        /** Due, and waits for a holder with room. */
        READY
    }
}
