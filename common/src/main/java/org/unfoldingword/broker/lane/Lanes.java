package org.unfoldingword.broker.lane;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * The broker's state: ordered queues in Redis, changed only by atomic scripts. Safe for threads; its methods block the calling
 * (virtual) thread. Each throws {@link RedisUnavailable} if Redis cannot be asked, after having tried for a while.
 */
public final class Lanes implements AutoCloseable {

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Chunks chunks;
    private final AppendMessage append;
    private final FindMessage find;
    private final CancelMessage cancel;
    private final ListTurns turns;
    private final ReadQueue queue;
    private final ReadStandings standings;
    private final CountLanes count;
    private final ClaimEntries claim;
    private final ExtendLeases extend;
    private final AnnounceCallback callback;
    private final TellFrames tell;
    private final SettleEntry settle;

    private Lanes(Redis redis, LaneProperties properties, InstantSource clock, RandomGenerator random) {
        this.redis = redis;
        this.properties = properties;
        this.clock = clock;
        this.random = random;
        this.keyspace = new Keyspace(properties.partitions());
        this.chunks = new Chunks(redis, keyspace, properties);
        this.append = new AppendMessage(redis, keyspace, chunks, properties);
        this.find = new FindMessage(redis, keyspace, chunks, properties);
        this.cancel = new CancelMessage(redis, keyspace, properties);
        this.turns = new ListTurns(redis, keyspace, properties);
        this.queue = new ReadQueue(redis, keyspace);
        this.standings = new ReadStandings(redis, keyspace);
        this.count = new CountLanes(redis, keyspace, properties);
        this.claim = new ClaimEntries(redis, keyspace, chunks, properties);
        this.extend = new ExtendLeases(redis, keyspace, properties);
        this.callback = new AnnounceCallback(redis, keyspace);
        this.tell = new TellFrames(redis, keyspace, properties);
        this.settle = new SettleEntry(redis, keyspace, chunks, properties);
    }

    /**
     * Connects, and checks that the data was written with as many partitions as the settings say.
     *
     * @throws IllegalStateException if it was not, in one line
     */
    public static Lanes open(
            RedisProperties where, LaneProperties properties, InstantSource clock, RandomGenerator random) {
        Redis redis = Redis.open(where);
        try {
            byte[] mine = Redis.utf8(Integer.toString(properties.partitions()));
            redis.call(commands -> commands.setnx(Keyspace.partitionCount(), mine));
            String written = new String(redis.get(Keyspace.partitionCount()), StandardCharsets.UTF_8);
            if (!written.equals(Integer.toString(properties.partitions()))) {
                throw new IllegalStateException("broker.lane.partitions: " + properties.partitions() + " (expected: "
                        + written + ", with which the data in this Redis was written)");
            }
            return new Lanes(redis, properties, clock, random);
        } catch (RuntimeException failed) {
            redis.close();
            throw failed;
        }
    }

    /** An id for a new message of the conversation. */
    public MessageId newId(Conversation conversation) {
        return MessageId.create(keyspace.partition(conversation), clock.millis(), random);
    }

    /** Accepts a message, durably, at the end of its conversation. Safe to repeat with the same id. */
    public Appended append(NewMessage message) {
        return append.run(message);
    }

    /** Looks a message up; while it has not ended, notes what the caller wants to be told. Asked for frames, it has a journal. */
    public Optional<Found> find(MessageId id, Watching watching) {
        return find.run(id, watching);
    }

    /** Ends a message that waits, or asks the holder of one that runs to stop. Safe to repeat. */
    public Cancelled cancel(Found found) {
        return cancel.run(found);
    }

    /**
     * Reads on in a message's journal.
     *
     * @param after the id of the entry before; empty reads from the start
     * @return up to {@code max} entries, oldest first; none if there are no more yet, or there is no journal (any more)
     */
    List<JournalEntry> journal(MessageId id, Optional<String> after, int max) {
        Range<String> range = Range.from(
                after.map(Range.Boundary::excluding).orElse(Range.Boundary.unbounded()), Range.Boundary.unbounded());
        return redis.call(commands -> commands.xrange(keyspace.events(id), range, Limit.from(max))).stream()
                .map(JournalEntry::of)
                .toList();
    }

    /**
     * Reads which messages a conversation has, or had since somebody began to watch it as a whole; whatever it accepts from now
     * on is watched for its frames, for as long as this is asked again within the journal's retention.
     *
     * @param after only turns after this one
     */
    List<Turn> turns(Conversation conversation, Optional<Turn> after) {
        return turns.run(conversation, after);
    }

    /** A conversation's queue; without entries if nothing of it waits or runs. */
    public QueueView queue(Conversation conversation) {
        return queue.run(conversation);
    }

    /** How many messages each org has that have not ended, of the orgs that have any. */
    public Map<String, Long> queuedByOrg() {
        return count.queuedByOrg(slots(allPartitions()));
    }

    /** Counts, at a cost that does not depend on the number of users. */
    public Totals totals() {
        return live().totals();
    }

    /** As {@link #totals}, with how each lane fares. */
    Live live() {
        return count.live(slots(allPartitions()));
    }

    /** Asks Redis for a sign of life. */
    public void ping() {
        redis.call(commands -> commands.get(Keyspace.partitionCount()));
    }

    @Override
    public void close() {
        redis.close();
    }

    ClaimEntries.Taken claim(
            Lane lane,
            List<Integer> partitions,
            String holder,
            int room,
            ClaimEntries.Beat beat,
            String state,
            GroupRoom groups) {
        return claim.run(lane, partitions, holder, room, beat, state, groups);
    }

    List<ExtendLeases.Standing> extend(Lane lane, String holder, List<Lease> leases) {
        return extend.run(lane, holder, leases);
    }

    /**
     * Notes, under a lease of the callbacks lane, up to where a message's journal was told; the next claim's record has it.
     *
     * @return false if the lease was lost
     */
    public boolean bookmark(Lease lease, String told) {
        return callback.bookmark(lease, told);
    }

    /**
     * Enqueues the callback of a message that runs, so that it can be told of before it ends.
     *
     * @return false, and nothing was done, if the lease was lost
     */
    boolean announce(Claim held) {
        return callback.announce(held);
    }

    boolean settle(Claim held, Verdict verdict) {
        return settle(held, verdict, /* told= */ false);
    }

    boolean settle(Claim held, Verdict verdict, boolean told) {
        return settle.run(held, verdict, told);
    }

    /** Ends what cannot be read as failed, or as undeliverable. False if the lease was lost. */
    boolean settle(ClaimEntries.Unreadable held) {
        return settle.run(held);
    }

    TellFrames.Told tell(Lease lease, long first, List<Frame> frames) {
        return tell.run(lease, first, frames);
    }

    /** How these messages of one partition stand. */
    Map<MessageId, ReadStandings.Standing> standings(List<MessageId> ids) {
        return standings.run(ids);
    }

    /** Partitions in groups that one script may touch: all at once on one Redis, one by one on a cluster. */
    List<List<Integer>> slots(List<Integer> partitions) {
        if (redis.clustered()) {
            return partitions.stream().map(List::of).toList();
        }
        return partitions.isEmpty() ? List.of() : List.of(partitions);
    }

    List<Integer> allPartitions() {
        return keyspace.all();
    }

    LaneProperties properties() {
        return properties;
    }

    Keyspace keyspace() {
        return keyspace;
    }

    Redis redis() {
        return redis;
    }

    Chunks chunks() {
        return chunks;
    }

    RandomGenerator random() {
        return random;
    }
}
