package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;

/** {@code extend.lua}: keeps leases, and hears what their messages are to do. */
final class ExtendLeases {

    private static final Script SCRIPT = Script.load("extend");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    ExtendLeases(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    /** @param leases of one lane; on a cluster of one partition */
    List<Standing> run(Lane lane, String holder, List<Lease> leases) {
        List<Integer> partitions =
                leases.stream().map(lease -> lease.id().partition()).distinct().toList();
        Arguments arguments = new Arguments().add(lane.word()).add(holder).add(properties.lease());
        for (Lease lease : leases) {
            arguments
                    .add(partitions.indexOf(lease.id().partition()) + 1)
                    .add(lease.queue())
                    .add(lease.entry())
                    .add(lease.token())
                    .add(lease.id());
        }
        Answer answer = redis.run(SCRIPT, keyspace.blocks(lane, partitions), arguments);
        List<Standing> standings = new ArrayList<>();
        for (int i = 0; i < answer.size(); i++) {
            Answer one = answer.list(i);
            standings.add(new Standing(one.text(0).equals("held"), !one.text(1).isEmpty(), Watching.of(one.text(2))));
        }
        return standings;
    }

    /** How one lease stands. */
    record Standing(boolean held, boolean cancel, Watching watching) {}
}
