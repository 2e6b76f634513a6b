package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.ZAddArgs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** An emptied Redis with the lanes on it, and short words for what tests do to them. A message's text is its body. */
public final class LaneFixture implements AutoCloseable {

    public static final String DISPATCHER = "dispatcher-1";
    /** As many as by default. */
    private static final int PARTITIONS = 16;

    private final TestRedis server = TestRedis.emptied();
    final Redis redis = Redis.open(server.properties());
    final Lanes lanes;

    public LaneFixture() {
        this(Map.of());
    }

    /** @param settings whole names, such as {@code broker.lane.lease}; the others have their defaults */
    public LaneFixture(Map<String, String> settings) {
        lanes = open(server.properties(), settings);
    }

    /** Lanes with some settings; those of a fixture close with it, others by themselves. */
    static Lanes open(RedisProperties where, Map<String, String> settings) {
        LaneProperties properties = new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.lane", LaneProperties.class);
        return Lanes.open(where, properties, InstantSource.system(), RandomGenerator.getDefault());
    }

    public Lanes lanes() {
        return lanes;
    }

    /** Where the Redis is, for a server on the same data. */
    public String url() {
        return server.url();
    }

    /** What a handler is thrown that needs a Redis that is away. */
    public static RuntimeException storeAway() {
        return new RedisUnavailable("away");
    }

    /** What operators can do, beside the API. */
    public Operations operations() {
        return new Operations(lanes);
    }

    @Override
    public void close() {
        lanes.close();
        redis.close();
    }

    public MessageId append(Conversation conversation, String text) {
        return append(conversation, text, envelope("acme", "ann", Optional.empty()));
    }

    public MessageId appendWithCallback(Conversation conversation, String text) {
        return append(conversation, text, envelope("acme", "ann", Optional.of("https://gateway.example/cb")));
    }

    public MessageId append(Conversation conversation, String text, Envelope envelope) {
        return TestMessage.to(conversation, text)
                .with(envelope)
                .under(IdempotencyKey.of("web", text, text.getBytes(UTF_8)))
                .appendTo(lanes);
    }

    public static Envelope envelope(String org, String user, Optional<String> callback) {
        return new Envelope(
                org, user, "web", Optional.empty(), callback, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** An envelope that can be written and not be read. */
    public static Envelope tooDeep() {
        JsonNode metadata = Json.mapper().createObjectNode();
        for (int level = 0; level < Json.NESTING_MAX; level++) {
            metadata = Json.mapper().createObjectNode().set("a", metadata);
        }
        return new Envelope(
                "acme",
                "ann",
                "web",
                Optional.empty(),
                Optional.empty(),
                Optional.of(metadata),
                Optional.empty(),
                Optional.empty());
    }

    public List<Claim> claim(Lane lane, int room) {
        return claim(lane, room, GroupRoom.UNLIMITED).claims();
    }

    ClaimEntries.Taken claim(Lane lane, int room, GroupRoom groups) {
        return lanes.claim(lane, lanes.allPartitions(), DISPATCHER, room, ClaimEntries.Beat.SILENT, "ok", groups);
    }

    /** Takes what is due in the messages lane; must be one. */
    public Claim take() {
        List<Claim> claims = claim(Lane.MESSAGES, 10);
        if (claims.size() != 1) {
            throw new AssertionError("claimed " + texts(claims) + " (expected: one)");
        }
        return claims.getFirst();
    }

    public boolean answer(Claim claim) {
        return lanes.settle(claim, new Verdict.Answered("{\"responses\":[\"hello\"]}".getBytes(UTF_8)));
    }

    public boolean answer(Claim claim, String response) {
        return lanes.settle(claim, new Verdict.Answered(response.getBytes(UTF_8)));
    }

    /** Its callback is to tell of the message from now on. */
    public void announce(Claim claim) {
        lanes.announce(claim);
    }

    /**
     * The worker says something.
     *
     * @param number of the frame within this attempt, from 1
     */
    public void say(Claim claim, long number, String frame) {
        lanes.tell(claim.lease(), number, List.of(new Frame(frame.getBytes(UTF_8), /* goesOn= */ false)));
    }

    public boolean fail(Claim claim) {
        return end(claim, MessageState.FAILED, "worker_failed");
    }

    public boolean end(Claim claim, MessageState state, String code) {
        return lanes.settle(
                claim, new Verdict.Ended(state, new MessageRecord.Fault(code, "it said no"), Verdict.Doubt.CLEARED));
    }

    /** How many messages of each org have not ended. */
    public Map<String, Long> queuedByOrg() {
        return lanes.queuedByOrg();
    }

    /** Conversations of users of an org in one partition, of as many as are usual. */
    public static Stream<Conversation> inPartition(int partition, String org) {
        return IntStream.iterate(0, user -> user + 1)
                .mapToObj(user -> Conversation.ofUser(org, "user-" + user))
                .filter(conversation -> conversation.partition(PARTITIONS) == partition);
    }

    /** The conversation's messages that have not ended, oldest first. */
    public List<MessageId> waiting(Conversation conversation) {
        return lanes.queue(conversation).entries().stream()
                .map(QueueView.Entry::id)
                .toList();
    }

    /** As if the time that its journal is kept had passed. */
    void forgetJournal(MessageId id) {
        redis.call(commands -> commands.del("broker:{p%02d}:events:%s".formatted(id.partition(), id)));
    }

    /** As if nobody had looked at the places of its conversation for ten minutes. */
    void forgetWatchersOfPlaces(Conversation conversation, MessageId id) {
        redis.call(
                commands -> commands.del("broker:{p%02d}:awaited:%s".formatted(id.partition(), conversation.name())));
    }

    /** Says that something happened to the message. */
    void signal(MessageId id) {
        redis.call(commands ->
                commands.publish("broker:{p%02d}:signals".formatted(id.partition()), Redis.utf8(id + " again")));
    }

    /** A dead letter. */
    public MessageId dead(Conversation conversation, String text) {
        MessageId id = append(conversation, text);
        fail(take());
        return id;
    }

    /** Takes the callback that is due, which cannot be delivered. */
    public void loseCallback(String reason) {
        lanes.settle(claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable(reason));
    }

    /** As {@link #loseCallback(String)}, with what the receiver said. */
    public void loseCallback(String reason, String said) {
        lanes.settle(claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable(reason, said));
    }

    /** The worker refuses it, in these words. */
    public void endLikeTheWorker(Claim claim, MessageRecord.WorkerError said) {
        MessageRecord.Fault fault =
                new MessageRecord.Fault("worker_refused", said.status() + " " + said.text(), Optional.of(said));
        lanes.settle(claim, new Verdict.Ended(MessageState.FAILED, fault, Verdict.Doubt.CLEARED));
    }

    public boolean retryIn(Claim claim, Duration delay) {
        return lanes.settle(claim, new Verdict.Later(delay, "worker_busy: full", false, Verdict.Doubt.UNCHANGED));
    }

    /** As a dispatcher that is stopped in the middle of a turn does. */
    public boolean giveBack(Claim claim) {
        return lanes.settle(claim, new Verdict.Back(Duration.ZERO, Verdict.Doubt.UNCHANGED));
    }

    public MessageRecord record(MessageId id) {
        return lanes.find(id, Watching.NOTHING).orElseThrow().record();
    }

    static String text(Claim claim) {
        return new String(claim.body().toBytes(), UTF_8);
    }

    static List<String> texts(List<Claim> claims) {
        return claims.stream().map(LaneFixture::text).toList();
    }

    /** Takes and answers what there is, one conversation's message after the other; the texts in that order. */
    public List<String> drain() {
        List<String> texts = new ArrayList<>();
        for (List<Claim> claims = claim(Lane.MESSAGES, 1); !claims.isEmpty(); claims = claim(Lane.MESSAGES, 1)) {
            texts.add(text(claims.getFirst()));
            answer(claims.getFirst());
        }
        return texts;
    }

    /** A dispatcher and a deliverer that tell their states. */
    public void alive(String dispatcher, String deliverer) {
        lanes.claim(
                Lane.MESSAGES,
                lanes.allPartitions(),
                "dispatcher-1",
                0,
                ClaimEntries.Beat.ALIVE,
                dispatcher,
                GroupRoom.UNLIMITED);
        lanes.claim(
                Lane.CALLBACKS,
                lanes.allPartitions(),
                "deliverer-1",
                0,
                ClaimEntries.Beat.ALIVE,
                deliverer,
                GroupRoom.UNLIMITED);
    }

    /** As if the conversation's head had been the head for so long. */
    public void ageHead(Conversation conversation, Duration age) {
        String heads = "broker:{p%02d}:heads:messages".formatted(conversation.partition(PARTITIONS));
        double since = InstantSource.system().instant().minus(age).toEpochMilli();
        redis.call(commands -> commands.zadd(heads, since, Redis.utf8(conversation.name())));
    }

    /** As if all that a message has lived through had been so much earlier; it has ended. */
    public void age(MessageId id, Duration by) {
        String partition = "broker:{p%02d}:".formatted(id.partition());
        String key = partition + "message:" + id;
        Map<String, byte[]> known = redis.call(commands -> commands.hgetall(key));
        known.putIfAbsent("accepted", Redis.utf8(text(known, "entry").split("-", 2)[0]));
        Map<String, byte[]> earlier = new HashMap<>();
        for (String field : List.of("accepted", "started", "claimed", "finished")) {
            if (known.containsKey(field)) {
                earlier.put(field, Redis.utf8(Long.toString(Long.parseLong(text(known, field)) - by.toMillis())));
            }
        }
        redis.call(commands -> commands.hset(key, earlier));
        double died = Double.parseDouble(new String(earlier.get("finished"), UTF_8));
        redis.call(commands ->
                commands.zadd(partition + "dead:messages", ZAddArgs.Builder.xx(), died, Redis.utf8(id.toString())));
    }

    private static String text(Map<String, byte[]> fields, String name) {
        return new String(fields.get(name), UTF_8);
    }

    /** Its record cannot be read any more, so that whatever is done to it fails. */
    public void spoil(MessageId id) {
        redis.call(commands -> commands.set(recordOf(id), Redis.utf8("spoiled")));
    }

    /** As if the time until the lease's end or the next attempt had passed. */
    public void makeDue(Conversation conversation) {
        String later = "broker:{p%02d}:later:messages".formatted(conversation.partition(PARTITIONS));
        redis.call(commands -> commands.zadd(later, 1.0, Redis.utf8(conversation.name())));
    }

    /** The stream of the conversation's messages. */
    static String streamOf(Conversation conversation) {
        return "broker:{p%02d}:messages:%s".formatted(conversation.partition(PARTITIONS), conversation.name());
    }

    static String recordOf(MessageId id) {
        return "broker:{p%02d}:message:%s".formatted(id.partition(), id);
    }

    /** Milliseconds that a key still lives; -1: for good. */
    long ttl(String key) {
        return redis.call(commands -> commands.pttl(key));
    }

    /** All keys of the server. */
    Set<String> keys() {
        return keys("*");
    }

    Set<String> keys(String pattern) {
        return new HashSet<>(redis.call(commands -> commands.keys(pattern)));
    }
}
