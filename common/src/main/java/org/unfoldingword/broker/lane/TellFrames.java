package org.unfoldingword.broker.lane;

import java.util.List;

/** {@code tell.lua}: writes what the worker said into a message's journal, under the lease. */
final class TellFrames {

    private static final Script SCRIPT = Script.load("tell");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    TellFrames(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    /** @param first number of the first frame within its attempt, from 1; safe to repeat with the same */
    Told run(Lease lease, long first, List<Frame> frames) {
        Arguments arguments = new Arguments()
                .add(lease.queue())
                .add(lease.token())
                .add(lease.id())
                .add(first)
                .add(properties.journalEntries())
                .add(properties.journalSize().toBytes());
        for (Frame frame : frames) {
            arguments
                    .add(frame.goesOn() ? JournalEntry.PART : JournalEntry.FRAME)
                    .add(frame.data());
        }
        Answer answer =
                redis.run(SCRIPT, keyspace.block(Lane.MESSAGES, lease.id().partition()), arguments);
        return switch (answer.text(0)) {
            case "told" -> Told.TOLD;
            case "full" -> Told.FULL;
            case "stale" -> Told.STALE;
            default -> throw new IllegalStateException("tell.lua: " + answer.text(0));
        };
    }

    /** What became of a batch. */
    enum Told {
        /** The journal has it. */
        TOLD,
        /** The journal has as much as it may; some or all of the batch is not kept. */
        FULL,
        /** The lease was lost: nothing was changed. */
        STALE
    }
}
