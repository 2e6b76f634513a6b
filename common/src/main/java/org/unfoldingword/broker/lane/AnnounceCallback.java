package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;

/** {@code announce.lua}: enqueues the callback of a message that runs. */
final class AnnounceCallback {

    private static final Script SCRIPT = Script.load("announce", "ending");

    private final Redis redis;
    private final Keyspace keyspace;

    AnnounceCallback(Redis redis, Keyspace keyspace) {
        this.redis = redis;
        this.keyspace = keyspace;
    }

    /**
     * Safe to repeat.
     *
     * @return false, and nothing was done, if the lease was lost
     */
    boolean run(Claim claim) {
        Lease lease = claim.lease();
        int partition = lease.id().partition();
        List<String> keys = new ArrayList<>(keyspace.block(Lane.MESSAGES, partition));
        keys.addAll(keyspace.block(Lane.CALLBACKS, partition));
        Answer answer = redis.run(
                SCRIPT,
                keys,
                new Arguments()
                        .add(lease.queue())
                        .add(lease.token())
                        .add(lease.id())
                        .add(SettleEntry.callbackQueue(lease.queue(), claim.envelope())));
        return answer.text(0).equals("announced");
    }
}
