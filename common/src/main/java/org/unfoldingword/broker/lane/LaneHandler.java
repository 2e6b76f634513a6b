package org.unfoldingword.broker.lane;

import java.time.Duration;

/** What a role does with an entry that it holds. Called by many virtual threads at once. */
public interface LaneHandler {

    /** Works on the entry, for as long as it takes; the lease is kept meanwhile. */
    Verdict handle(Held held);

    /**
     * The verdict stands: Redis has it, and this holder still held the entry. Not called for what was lost.
     *
     * @param sinceClaim from just before the entry was claimed until now
     */
    default void settled(Claim claim, Verdict verdict, Duration sinceClaim) {}

    /** What to do with an entry on which {@link #handle} threw. */
    Verdict afterFault(Held held, RuntimeException fault);

    /** How many entries to take, given so many free places; 0 pauses, and is asked again soon. */
    default int room(int free) {
        return free;
    }

    /** How many entries of each group to take now. Where a group has none left, it is asked again soon. */
    default GroupRoom groupRoom() {
        return GroupRoom.UNLIMITED;
    }

    /** A word on how this process fares, shown to operators. No space or line break. */
    default String state() {
        return "ok";
    }
}
