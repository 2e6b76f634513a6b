package org.unfoldingword.broker.lane;

import java.util.List;

/** {@code settle.lua}: ends an attempt, in one atomic step. */
final class SettleEntry {

    private static final Script SCRIPT = Script.loadGrouped("settle", "ending");

    private final GroupedScript settle;
    private final Keyspace keyspace;
    private final Chunks chunks;
    private final LaneProperties properties;

    SettleEntry(Redis redis, Keyspace keyspace, Chunks chunks, LaneProperties properties) {
        this.settle = new GroupedScript(redis, SCRIPT, keyspace.partitions());
        this.keyspace = keyspace;
        this.chunks = chunks;
        this.properties = properties;
    }

    /**
     * False if the lease was lost: nothing was changed. Safe to repeat with the same verdict.
     *
     * @param told the journal has all that the worker said, the answer included
     */
    boolean run(Claim claim, Verdict verdict, boolean told) {
        Lease lease = claim.lease();
        Settlement settlement = Settlement.of(claim, verdict, told);
        if (verdict instanceof Verdict.Answered answered) {
            putReply(lease, answered.response(), settlement);
        }
        Arguments held = new Arguments()
                .add(lease.lane().word())
                .add(lease.queue())
                .add(lease.entry())
                .add(lease.token())
                .add(lease.id());
        return settle(lease.lane(), lease.id().partition(), held, settlement);
    }

    /** Likewise; the end of what cannot be read is no matter of opinion. */
    boolean run(ClaimEntries.Unreadable entry) {
        Arguments held = new Arguments()
                .add(entry.lane().word())
                .add(entry.queue())
                .add(entry.entry())
                .add(entry.token())
                .add(entry.id());
        return settle(entry.lane(), entry.partition(), held, Settlement.of(entry));
    }

    private void putReply(Lease lease, byte[] response, Settlement settlement) {
        if (chunks.inlineReply(response)) {
            settlement.put("response", response);
        } else {
            settlement.set("reply_chunks", chunks.layReply(lease, response));
            settlement.set("reply_length", response.length);
        }
    }

    private boolean settle(Lane lane, int partition, Arguments held, Settlement settlement) {
        List<List<String>> keys = List.of(keyspace.block(lane, partition), keyspace.block(lane.other(), partition));
        return settle.run(partition, keys, settlement.addTo(held, properties))
                .text(0)
                .equals("settled");
    }
}
