package org.unfoldingword.broker.lane;

/** {@code announce.lua} and {@code bookmark.lua}: the callback that tells of a message while it runs. */
final class AnnounceCallback {

    private static final Script ANNOUNCE = Script.load("announce", "ending");
    private static final Script BOOKMARK = Script.load("bookmark");

    private final Redis redis;
    private final Keyspace keyspace;

    AnnounceCallback(Redis redis, Keyspace keyspace) {
        this.redis = redis;
        this.keyspace = keyspace;
    }

    /**
     * Enqueues it. Safe to repeat.
     *
     * @return false, and nothing was done, if the lease was lost
     */
    boolean announce(Claim claim) {
        Lease lease = claim.lease();
        Answer answer = redis.run(
                ANNOUNCE,
                keyspace.both(Lane.MESSAGES, lease.id().partition()),
                new Arguments()
                        .add(lease.queue())
                        .add(lease.token())
                        .add(lease.id())
                        .add(Keyspace.callbackQueue(lease.queue(), claim.envelope())));
        return answer.text(0).equals("announced");
    }

    /** Notes up to where it has told. False if the lease, of the callbacks lane, was lost. */
    boolean bookmark(Lease lease, String told) {
        Answer answer = redis.run(
                BOOKMARK,
                keyspace.block(Lane.CALLBACKS, lease.id().partition()),
                new Arguments()
                        .add(lease.queue())
                        .add(lease.token())
                        .add(lease.id())
                        .add(told));
        return answer.text(0).equals("noted");
    }
}
