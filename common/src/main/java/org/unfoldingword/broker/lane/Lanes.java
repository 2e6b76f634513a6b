package org.unfoldingword.broker.lane;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/**
 * The broker's state: ordered queues in Redis, changed only by atomic scripts. Safe for threads; its methods block the calling
 * (virtual) thread. Each throws {@link RedisUnavailable} if Redis cannot be asked, after having tried for a while.
 */
public final class Lanes implements AutoCloseable {

    private static final Script FIND = Script.load("find");
    private static final Script QUEUE = Script.load("queue");
    private static final Script STATES = Script.load("states");
    private static final Script BOOKMARK = Script.load("bookmark");
    private static final Script QUEUED = Script.load("queued");
    private static final Script LISTEN = Script.load("listen");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Chunks chunks;
    private final AppendMessage append;
    private final ClaimEntries claim;
    private final ExtendLeases extend;
    private final SettleEntry settle;
    private final AnnounceCallback announce;
    private final CountLanes count;
    private final TellFrames tell;
    private final CancelMessage cancel;

    private Lanes(Redis redis, LaneProperties properties, InstantSource clock, RandomGenerator random) {
        this.redis = redis;
        this.properties = properties;
        this.clock = clock;
        this.random = random;
        this.keyspace = new Keyspace(properties.partitions());
        this.chunks = new Chunks(redis, keyspace, properties);
        this.append = new AppendMessage(redis, keyspace, chunks, properties);
        this.claim = new ClaimEntries(redis, keyspace, chunks, properties);
        this.extend = new ExtendLeases(redis, keyspace, properties);
        this.settle = new SettleEntry(redis, keyspace, chunks, properties);
        this.announce = new AnnounceCallback(redis, keyspace);
        this.count = new CountLanes(redis, keyspace, properties);
        this.tell = new TellFrames(redis, keyspace, properties);
        this.cancel = new CancelMessage(redis, keyspace, properties);
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
        return MessageId.create(conversation.partition(properties.partitions()), clock.millis(), random);
    }

    /** Accepts a message, durably, at the end of its conversation. Safe to repeat with the same id. */
    public Appended append(NewMessage message) {
        return append.run(message);
    }

    /** Looks a message up; while it has not ended, notes what the caller wants to be told. Asked for frames, it has a journal. */
    public Optional<Found> find(MessageId id, Watching watching) {
        if (id.partition() >= properties.partitions()) {
            return Optional.empty();
        }
        Answer answer = redis.run(
                FIND,
                keyspace.block(Lane.MESSAGES, id.partition()),
                new Arguments().add(id).add(watching.word()).add(properties.journalRetention()));
        Map<String, byte[]> fields = answer.fields(1);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        MessageRecord record = MessageRecord.of(fields, index -> chunks.reply(id, index));
        byte[] waiting = answer.bytes(3);
        Optional<Envelope> envelope = (waiting.length > 0 ? Envelope.readable(waiting) : record.envelope())
                .or(() -> Conversation.parse(record.conversation()).map(Envelope::ofNothingBut));
        if (envelope.isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> position =
                record.state().ended() ? Optional.empty() : Optional.of(Math.max(1, (int) answer.number(2)));
        return Optional.of(new Found(id, record, envelope.get(), position, Instant.ofEpochMilli(answer.number(0))));
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
        Answer answer = redis.run(
                LISTEN,
                keyspace.block(Lane.MESSAGES, conversation.partition(properties.partitions())),
                new Arguments()
                        .add(conversation.name())
                        .add(after.map(Turn::entry).orElse("-"))
                        .add(properties.journalRetention()));
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < answer.size(); i += 2) {
            turns.add(
                    new Turn(answer.text(i), MessageId.parse(answer.text(i + 1)).orElseThrow()));
        }
        return turns;
    }

    public QueueView queue(Conversation conversation) {
        int partition = conversation.partition(properties.partitions());
        Answer answer =
                redis.run(QUEUE, keyspace.block(Lane.MESSAGES, partition), new Arguments().add(conversation.name()));
        List<QueueView.Entry> entries = new ArrayList<>();
        for (int i = 3; i < answer.size(); i += 2) {
            entries.add(new QueueView.Entry(
                    MessageId.parse(answer.text(i)).orElseThrow(), Instant.ofEpochMilli(answer.number(i + 1))));
        }
        Optional<Duration> usual = answer.text(2).isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Long.parseLong(answer.text(2))));
        return new QueueView(Instant.ofEpochMilli(answer.number(0)), answer.number(1) == 1, usual, entries);
    }

    /** How many messages each org has that have not ended, of the orgs that have any. */
    public Map<String, Long> queuedByOrg() {
        Map<String, Long> queued = new HashMap<>();
        for (List<Integer> slot : slots(allPartitions())) {
            Answer answer = redis.run(QUEUED, blocks(Lane.MESSAGES, slot), new Arguments());
            for (int i = 0; i < answer.size(); i++) {
                answer.fields(i)
                        .forEach((org, entries) -> queued.merge(
                                Conversation.unescape(org),
                                Long.parseLong(new String(entries, StandardCharsets.UTF_8)),
                                Long::sum));
            }
        }
        return queued;
    }

    /** Counts, at a cost that does not depend on the number of users. */
    public Totals totals() {
        return live().totals();
    }

    /** As {@link #totals}, with how each lane fares. */
    Live live() {
        return count.run(slots(allPartitions()));
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

    /**
     * Enqueues the callback of a message that runs, so that it can be told of before it ends.
     *
     * @return false, and nothing was done, if the lease was lost
     */
    boolean announce(Claim held) {
        return announce.run(held);
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

    /** How a message stands: whether it has ended (or is unknown), and a mark that changes when there is news of it. */
    record Standing(boolean ended, String mark) {}

    /** How these messages of one partition stand. */
    Map<MessageId, Standing> standings(List<MessageId> ids) {
        Arguments arguments = new Arguments();
        ids.forEach(arguments::add);
        Answer answer =
                redis.run(STATES, keyspace.block(Lane.MESSAGES, ids.getFirst().partition()), arguments);
        Map<MessageId, Standing> standings = HashMap.newHashMap(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            Answer one = answer.list(i);
            boolean ended =
                    one.text(0).isEmpty() || MessageState.of(one.text(0)).ended();
            standings.put(ids.get(i), new Standing(ended, one.text(1)));
        }
        return standings;
    }

    /** The keys of a lane in some partitions, one block after the other. */
    List<String> blocks(Lane lane, List<Integer> partitions) {
        return partitions.stream()
                .flatMap(partition -> keyspace.block(lane, partition).stream())
                .toList();
    }

    /** Partitions in groups that one script may touch: all at once on one Redis, one by one on a cluster. */
    List<List<Integer>> slots(List<Integer> partitions) {
        if (redis.clustered()) {
            return partitions.stream().map(List::of).toList();
        }
        return partitions.isEmpty() ? List.of() : List.of(partitions);
    }

    List<Integer> allPartitions() {
        return IntStream.range(0, properties.partitions()).boxed().toList();
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
