package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** The engine on a real redis-server: seed, one action, the whole state. */
class LanesTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Conversation BOB = Conversation.ofUser("acme", "bob");
    private static final String DISPATCHER = "dispatcher-1";

    private Redis redis;
    private Lanes lanes;

    @BeforeEach
    void open() {
        TestRedis server = TestRedis.emptied();
        redis = Redis.open(server.properties());
        lanes = lanes(server, Map.of());
    }

    @AfterEach
    void close() {
        lanes.close();
        redis.close();
    }

    @Test
    void answersWithThePositionInTheConversation() {
        assertThat(append(ANN, "one")).isEqualTo(new Appended.Accepted(1));
        assertThat(append(ANN, "two")).isEqualTo(new Appended.Accepted(2));
        assertThat(append(BOB, "one")).isEqualTo(new Appended.Accepted(1));
    }

    @Test
    void handsOutOneMessageOfAConversationAtATimeInOrder() throws IOException {
        append(ANN, "one");
        append(ANN, "two");
        append(BOB, "three");

        List<Claim> first = claim(10);
        assertThat(bodies(first)).containsExactlyInAnyOrder("one", "three");
        assertThat(claim(10)).isEmpty();

        assertThat(lanes.settle(of(first, "one"), answered())).isTrue();
        assertThat(bodies(claim(10))).containsExactly("two");
    }

    @Test
    void leavesTheRunningMessageAsTheOnlyPendingEntryOfItsGroup() {
        append(ANN, "one");
        append(ANN, "two");
        claim(10);

        var pending = redis.call(commands -> commands.xpending(streamOf(ANN), "dispatchers"));
        assertThat(pending.getCount()).isEqualTo(1);
        assertThat(pending.getConsumerMessageCount()).containsOnlyKeys(DISPATCHER);
    }

    @Test
    void leavesNoKeyOfAnIdleConversationButTheResult() {
        append(ANN, "one");
        Claim claim = claim(1).getFirst();
        lanes.settle(claim, answered());

        List<String> keys = keys("*");
        assertThat(keys).filteredOn(key -> key.contains("ann")).isEmpty();
        assertThat(keys)
                .filteredOn(key -> key.contains(":message:"))
                .singleElement()
                .satisfies(key -> assertThat(ttl(key)).isPositive());
    }

    @Test
    void keepsThePlaceOfAMessageThatIsTriedAgain() throws IOException {
        append(ANN, "one");
        append(ANN, "two");
        Claim one = claim(1).getFirst();

        lanes.settle(one, new Verdict.Later(Duration.ofHours(1), "busy", false, Verdict.Doubt.UNCHANGED));
        assertThat(claim(10)).isEmpty();
        assertThat(found(one).record().state()).isEqualTo(MessageState.RETRYING);
        assertThat(found(one).position()).contains(1);

        makeDue(ANN);
        List<Claim> again = claim(10);
        assertThat(bodies(again)).containsExactly("one");
        assertThat(again.getFirst().record().attempts()).isEqualTo(2);
        assertThat(again.getFirst().lapsed()).isFalse();
    }

    @Test
    void handsALapsedLeaseToAnotherAndRefusesTheZombie() throws IOException {
        append(ANN, "one");
        Claim dead = claim(1).getFirst();
        makeDue(ANN);

        Claim next = claim(1).getFirst();
        assertThat(next.lapsed()).isTrue();
        assertThat(next.deliveries()).isEqualTo(2);
        assertThat(next.record().lapses()).isEqualTo(1);
        assertThat(Long.parseLong(next.lease().token()))
                .isGreaterThan(Long.parseLong(dead.lease().token()));

        assertThat(lanes.settle(dead, answered())).isFalse();
        assertThat(lanes.extend(Lane.MESSAGES, DISPATCHER, List.of(dead.lease())))
                .extracting(ExtendLeases.Standing::held)
                .containsExactly(false);
        assertThat(lanes.settle(next, answered())).isTrue();
        assertThat(found(next).record().state()).isEqualTo(MessageState.COMPLETED);
    }

    /**
     * Two dispatchers stood still past their leases. One of their queues was taken again; for the other there was no room, so it
     * stood in line while its holder woke up and settled its last message. Its name stayed in line, and pointed nowhere.
     */
    @Test
    void leavesNothingOfAQueueThatIsSettledWhileItStandsInLineAgain() {
        Conversation cid = otherOfPartition(ANN);
        append(ANN, "one");
        append(cid, "two");
        List<Claim> both = claim(10);
        assertThat(both).hasSize(2);
        makeDue(ANN);
        makeDue(cid);
        Claim taken = claim(1).getFirst();
        Claim inLine = both.stream()
                .filter(claim -> !claim.lease().queue().equals(taken.lease().queue()))
                .findFirst()
                .orElseThrow();

        assertThat(lanes.settle(inLine, answered())).isTrue();
        assertThat(lanes.settle(taken, answered())).isTrue();
        assertThat(keys("*")).filteredOn(key -> key.contains("ready")).isEmpty();
        append(ANN, "three");
        assertThat(claim(10)).hasSize(1);
    }

    private static Conversation otherOfPartition(Conversation conversation) {
        for (int i = 0; ; i++) {
            Conversation other = Conversation.ofUser("acme", "other-" + i);
            if (other.partition(16) == conversation.partition(16)) {
                return other;
            }
        }
    }

    @Test
    void keepsTheLeaseAndTheIdleTimeFreshWhenExtended() {
        append(ANN, "one");
        Claim held = claim(1).getFirst();
        makeDue(ANN);

        assertThat(lanes.extend(Lane.MESSAGES, DISPATCHER, List.of(held.lease())))
                .extracting(ExtendLeases.Standing::held)
                .containsExactly(true);
        assertThat(claim(10)).isEmpty();
        var pending = redis.call(commands -> commands.xpending(
                streamOf(ANN), "dispatchers", io.lettuce.core.Range.unbounded(), io.lettuce.core.Limit.from(1)));
        assertThat(pending.getFirst().getRedeliveryCount()).isEqualTo(1);
    }

    @Test
    void settlesOnceHoweverOftenItIsRepeated() {
        append(ANN, "one");
        Claim held = claim(1).getFirst();

        assertThat(lanes.settle(held, answered())).isTrue();
        assertThat(lanes.settle(held, answered())).isTrue();
        assertThat(lanes.totals().completed()).isEqualTo(1);
        assertThat(lanes.totals().unfinished()).isZero();
        assertThat(lanes.totals().activeQueues()).isZero();
    }

    @Test
    void appendsOnceHoweverOftenItIsRepeated() {
        NewMessage message = message(ANN, "one", Optional.empty());
        lanes.append(message);
        assertThat(lanes.append(message)).isEqualTo(new Appended.Accepted(1));
        assertThat(lanes.totals().accepted()).isEqualTo(1);
    }

    @Test
    void knowsAnIdempotencyKeyAgain() {
        IdempotencyKey key = IdempotencyKey.of("web", "k1", "body".getBytes(UTF_8));
        NewMessage first = message(ANN, "one", Optional.of(key));
        lanes.append(first);

        assertThat(lanes.append(message(ANN, "one", Optional.of(key)))).isEqualTo(new Appended.Duplicate(first.id()));
        IdempotencyKey other = IdempotencyKey.of("web", "k1", "another body".getBytes(UTF_8));
        assertThat(lanes.append(message(ANN, "two", Optional.of(other)))).isEqualTo(new Appended.Conflict(first.id()));
        IdempotencyKey elsewhere = IdempotencyKey.of("signal", "k1", "body".getBytes(UTF_8));
        assertThat(lanes.append(message(ANN, "three", Optional.of(elsewhere)))).isEqualTo(new Appended.Accepted(2));
    }

    @Test
    void refusesMoreThanTheQueueLimitButNotForTheRunningOne() {
        try (Lanes small = lanes(TestRedis.emptied(), Map.of("broker.lane.queue-limit", "2"))) {
            small.append(message(ANN, "one", Optional.empty()));
            claim(1);
            small.append(message(ANN, "two", Optional.empty()));
            small.append(message(ANN, "three", Optional.empty()));
            assertThat(small.append(message(ANN, "four", Optional.empty()))).isEqualTo(new Appended.Full(2));
        }
    }

    @Test
    void servesOrgsInTurn() throws IOException {
        for (int i = 0; i < 20; i++) {
            append(inOnePartition("flood", i), "flood");
        }
        append(inOnePartition("small", 0), "small");

        assertThat(bodies(claim(3))).contains("small");
    }

    @Test
    void writesTheCallbackInTheStepThatEndsTheMessage() {
        lanes.append(message(ANN, "one", Optional.empty(), Optional.of("https://Gateway.example/cb?x=1")));
        Claim held = claim(1).getFirst();
        lanes.settle(held, answered());

        Claim callback = claim(Lane.CALLBACKS, 1).getFirst();
        assertThat(callback.lease().queue()).isEqualTo("user:acme:ann:https%3A%2F%2Fgateway.example");
        assertThat(callback.envelope().callbackUrl()).contains("https://Gateway.example/cb?x=1");
        assertThat(callback.record().response()).isPresent();
        String record = "broker:{p%02d}:message:%s"
                .formatted(held.lease().id().partition(), held.lease().id());
        assertThat(ttl(record)).isEqualTo(-1);

        lanes.settle(callback, new Verdict.Delivered());
        assertThat(found(held).record().callback())
                .hasValueSatisfying(cb -> assertThat(cb.state()).isEqualTo("delivered"));
        assertThat(ttl(record)).isPositive();
    }

    @Test
    void keepsADeadLetterWithItsBody() {
        append(ANN, "one");
        Claim held = claim(1).getFirst();
        lanes.settle(
                held,
                new Verdict.Ended(
                        MessageState.FAILED,
                        new MessageRecord.Fault("worker_failed", "it said no"),
                        Verdict.Doubt.CLEARED));

        assertThat(lanes.totals().deadMessages()).isEqualTo(1);
        assertThat(found(held).record().error()).contains(new MessageRecord.Fault("worker_failed", "it said no"));
        String record = "broker:{p%02d}:message:%s"
                .formatted(held.lease().id().partition(), held.lease().id());
        byte[] body = redis.call(commands -> commands.hget(record, "body"));
        assertThat(body).isEqualTo("one".getBytes(UTF_8));
    }

    @Test
    void carriesALargeBodyInChunksThatGoWithTheMessage() throws IOException {
        String large = "x".repeat(20_000_000);
        append(ANN, large);
        List<String> chunks = keys("*:body:*");
        assertThat(chunks).hasSize(5).allSatisfy(key -> assertThat(ttl(key)).isEqualTo(-1));

        Claim held = claim(1).getFirst();
        assertThat(held.body().length()).isEqualTo(large.length());
        assertThat(new String(held.body().toBytes(), UTF_8)).isEqualTo(large);
        lanes.settle(
                held, new Verdict.Answered(("{\"responses\":[\"" + "y".repeat(5_000_000) + "\"]}").getBytes(UTF_8)));
        assertThat(found(held).record().response().orElseThrow().toBytes()).hasSize(5_000_000 + 18);
        assertThat(keys("*:request:*")).isEmpty();
    }

    /** A dispatcher took a message that was too late, and died before it had said so. The next one let the message run. */
    @Test
    void knowsThatAMessageIsTooLateThoughItsFirstHolderDied() {
        appendExpiring(ANN, clock().minusSeconds(1));
        assertThat(claim(1).getFirst().expired()).isTrue();
        makeDue(ANN);

        assertThat(claim(1).getFirst().expired()).isTrue();
    }

    @Test
    void letsAMessageRunThatWasBegunInTimeThoughItsHolderDied() {
        appendExpiring(ANN, clock().plusSeconds(3600));
        assertThat(claim(1).getFirst().expired()).isFalse();
        makeDue(ANN);

        assertThat(claim(1).getFirst().expired()).isFalse();
    }

    @Test
    void hasNotBegunWithAMessageThatWasGivenBack() {
        append(ANN, "one");
        Claim held = claim(1).getFirst();
        assertThat(held.record().startedAt()).isPresent();

        lanes.settle(held, new Verdict.Back(Duration.ZERO, Verdict.Doubt.UNCHANGED));

        assertThat(found(held).record().startedAt()).isEmpty();
    }

    /** A callback that told of a message while it ran was given up. From then on the record of the message expired, though it ran. */
    @Test
    void keepsTheRecordOfAMessageThatHasNotEndedWhenItsCallbackHas() {
        lanes.append(message(ANN, "one", Optional.empty(), Optional.of("https://gateway.example/cb")));
        Claim held = claim(1).getFirst();
        lanes.announce(held);
        lanes.settle(claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable("gone"));

        assertThat(keys("*:message:*")).singleElement().satisfies(key -> assertThat(ttl(key))
                .isEqualTo(-1));

        lanes.settle(held, answered());
        assertThat(keys("*:message:*")).singleElement().satisfies(key -> assertThat(ttl(key))
                .isPositive());
    }

    @Test
    void remembersADoubtForTheNextCallOfTheConversation() {
        append(ANN, "one");
        append(ANN, "two");
        Claim one = claim(1).getFirst();
        assertThat(one.doubtful()).isFalse();
        lanes.settle(
                one,
                new Verdict.Ended(
                        MessageState.FAILED,
                        new MessageRecord.Fault("worker_timeout", "silence"),
                        Verdict.Doubt.RAISED));

        Claim two = claim(1).getFirst();
        assertThat(two.doubtful()).isTrue();
        lanes.settle(two, answered());
        append(ANN, "three");
        assertThat(claim(1).getFirst().doubtful()).isFalse();
    }

    /**
     * A dispatcher was killed in mid-call; the worker refused the second call as busy, and meanwhile the message was cancelled. The
     * next one was called without care, while the first one's turn still ran.
     */
    @Test
    void remembersThatACallMayStillRunAlsoWhenItsMessageIsGone() {
        append(ANN, "one");
        append(ANN, "two");
        claim(1);
        makeDue(ANN);
        Claim again = claim(1).getFirst();
        assertThat(again.doubtful()).isTrue();
        lanes.settle(again, new Verdict.Later(Duration.ofHours(1), "busy", false, Verdict.Doubt.UNCHANGED));
        assertThat(lanes.cancel(found(again))).isEqualTo(Cancelled.REMOVED);

        assertThat(claim(1).getFirst().doubtful()).isTrue();
    }

    @Test
    void whatWasGivenBackUntriedHasNotBegun() {
        append(ANN, "one");
        Claim one = claim(1).getFirst();
        lanes.settle(one, new Verdict.Back(Duration.ofHours(1), Verdict.Doubt.UNCHANGED));

        assertThat(found(one).record().startedAt()).isEmpty();
        assertThat(found(one).record().attempts()).isZero();
    }

    /** An operator's hand: the entry that was being worked on is deleted, or the group is. What waited behind it was deleted as well. */
    @Test
    void goesOnBehindAnEntryThatWasDeletedByHand() throws IOException {
        append(ANN, "one");
        append(ANN, "two");
        append(ANN, "three");
        claim(1);
        String queue = streamOf(ANN);
        redis.call(commands -> commands.xtrim(queue, 2));
        makeDue(ANN);

        List<Claim> two = claim(1);
        assertThat(bodies(two)).containsExactly("two");
        redis.call(commands -> commands.xgroupDestroy(queue, "dispatchers"));
        makeDue(ANN);

        List<Claim> still = claim(1);
        assertThat(bodies(still)).containsExactly("two");
        lanes.settle(still.getFirst(), answered());
        assertThat(bodies(claim(1))).containsExactly("three");
    }

    /**
     * Redis's clock went back by an hour. An org that was in the round since before was passed over by another that had always
     * something due, until the clock had caught up.
     */
    @Test
    void servesAnOrgInTurnThoughTheClockWentBack() throws IOException {
        List<Conversation> acme = inPartitionOfAnn("acme", 2);
        Conversation other = inPartitionOfAnn("other", 1).getFirst();
        append(other, "other");
        String round = "broker:{p%02d}:ready:messages".formatted(ANN.partition(16));
        redis.call(commands -> commands.zincrby(round, Duration.ofHours(1).toMillis() * 1000.0, Redis.utf8("other")));
        append(acme.get(0), "one");
        append(acme.get(1), "two");

        assertThat(bodies(claim(1))).containsExactly("one");
        assertThat(bodies(claim(1))).containsExactly("other");
        assertThat(bodies(claim(1))).containsExactly("two");
    }

    private static List<Conversation> inPartitionOfAnn(String org, int count) {
        return IntStream.range(0, 10_000)
                .mapToObj(user -> Conversation.ofUser(org, "user" + user))
                .filter(conversation -> conversation.partition(16) == ANN.partition(16))
                .limit(count)
                .toList();
    }

    @Test
    void refusesOtherPartitionsThanTheDataWasWrittenWith() {
        assertThatThrownBy(() -> lanes(TestRedis.shared(), Map.of("broker.lane.partitions", "4")))
                .hasMessage("broker.lane.partitions: 4 (expected: 16, with which the data in this Redis was written)");
    }

    private static Lanes lanes(TestRedis server, Map<String, String> settings) {
        LaneProperties properties = new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.lane", LaneProperties.class);
        return Lanes.open(server.properties(), properties, InstantSource.system(), RandomGenerator.getDefault());
    }

    private Appended append(Conversation conversation, String body) {
        return lanes.append(message(conversation, body, Optional.empty()));
    }

    private void appendExpiring(Conversation conversation, Instant at) {
        Envelope envelope = new Envelope(
                "acme",
                "ann",
                "web",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(at.toEpochMilli()),
                Optional.empty());
        lanes.append(new NewMessage(
                lanes.newId(conversation),
                conversation,
                envelope,
                "one".getBytes(UTF_8),
                Optional.empty(),
                Watching.NOTHING));
    }

    private static Instant clock() {
        return InstantSource.system().instant();
    }

    private NewMessage message(Conversation conversation, String body, Optional<IdempotencyKey> key) {
        return message(conversation, body, key, Optional.empty());
    }

    private NewMessage message(
            Conversation conversation, String body, Optional<IdempotencyKey> key, Optional<String> callback) {
        Envelope envelope = new Envelope(
                "acme", "ann", "web", Optional.empty(), callback, Optional.empty(), Optional.empty(), Optional.empty());
        return new NewMessage(
                lanes.newId(conversation), conversation, envelope, body.getBytes(UTF_8), key, Watching.NOTHING);
    }

    private long ttl(String key) {
        return redis.call(commands -> commands.pttl(key));
    }

    private List<String> keys(String pattern) {
        return redis.call(commands -> commands.keys(pattern));
    }

    private List<Claim> claim(int room) {
        return claim(Lane.MESSAGES, room);
    }

    private List<Claim> claim(Lane lane, int room) {
        return lanes.claim(
                        lane,
                        lanes.allPartitions(),
                        DISPATCHER,
                        room,
                        ClaimEntries.Beat.SILENT,
                        "ok",
                        GroupRoom.UNLIMITED)
                .claims();
    }

    @Test
    void goesOnWithTheOthersWhenOneEntryCannotBeRead() throws IOException {
        append(Conversation.ofUser("acme", "ann"), LaneFixture.tooDeep(), "spoilt");
        append(Conversation.ofUser("acme", "bob"), "sound");

        ClaimEntries.Taken taken = take(Lane.MESSAGES);

        assertThat(bodies(taken.claims())).containsExactly("sound");
        assertThat(taken.unreadable()).hasSize(1);
        assertThat(new Operations(lanes).audit().clean()).isTrue();
    }

    /**
     * A chat_id of sixty levels was accepted, lay two levels deeper in the envelope, and there nobody could read it: each lease of it
     * lapsed, its conversation stood still for ever, and every look at it was an error.
     */
    @Test
    void endsWhatCannotBeReadAndGoesOnWithItsConversation() throws IOException {
        Conversation ann = Conversation.ofUser("acme", "ann");
        MessageId spoilt = append(ann, LaneFixture.tooDeep(), "spoilt");
        append(ann, "next");
        assertThat(lanes.find(spoilt, Watching.NOTHING).orElseThrow().envelope().user())
                .isEqualTo("ann");

        assertThat(lanes.settle(take(Lane.MESSAGES).unreadable().getFirst())).isTrue();

        Found found = lanes.find(spoilt, Watching.NOTHING).orElseThrow();
        assertThat(found.record().state()).isEqualTo(MessageState.FAILED);
        assertThat(found.record().error().orElseThrow().code()).isEqualTo("unreadable_message");
        assertThat(found.envelope().org()).isEqualTo("acme");
        assertThat(new Operations(lanes)
                        .deadLetters(
                                Lane.MESSAGES,
                                new DeadLetter.Filter(true, "", "", "", Optional.empty()),
                                Optional.empty(),
                                10)
                        .items())
                .hasSize(1);
        assertThat(bodies(claim(10))).containsExactly("next");
        assertThat(new Operations(lanes).audit().clean()).isTrue();
    }

    @Test
    void cancelsWhatCannotBeRead() throws IOException {
        MessageId spoilt = append(Conversation.ofUser("acme", "ann"), LaneFixture.tooDeep(), "spoilt");

        assertThat(lanes.cancel(lanes.find(spoilt, Watching.NOTHING).orElseThrow()))
                .isEqualTo(Cancelled.REMOVED);
        assertThat(new Operations(lanes).audit().clean()).isTrue();
    }

    @Test
    void endsAnEntryThatIsNoneOfOurs() throws IOException {
        Conversation ann = Conversation.ofUser("acme", "ann");
        append(ann, "gone");
        String queue = keys("broker:{p??}:messages:*").getFirst();
        redis.call(commands -> commands.xadd(queue, Map.of("by", Redis.utf8("hand"))));
        append(ann, "next");
        lanes.settle(claim(10).getFirst(), new Verdict.Answered("{}".getBytes(UTF_8)));

        assertThat(lanes.settle(take(Lane.MESSAGES).unreadable().getFirst())).isTrue();

        assertThat(bodies(claim(10))).containsExactly("next");
    }

    @Test
    void deadLettersTheCallbackWhoseRecordIsGone() throws IOException {
        Conversation ann = Conversation.ofUser("acme", "ann");
        MessageId id = append(ann, LaneFixture.envelope("acme", "ann", Optional.of("https://a.example/cb")), "asked");
        lanes.settle(claim(10).getFirst(), new Verdict.Answered("{}".getBytes(UTF_8)));
        redis.call(commands -> commands.del("broker:{p%02d}:message:%s".formatted(id.partition(), id)));

        assertThat(lanes.settle(take(Lane.CALLBACKS).unreadable().getFirst())).isTrue();

        assertThat(lanes.totals().deadCallbacks()).isEqualTo(1);
        assertThat(keys("broker:{p??}:callbacks:*")).isEmpty();
    }

    @Test
    void runsAMessageOfWhichOnlyACountIsSpoilt() throws IOException {
        Conversation ann = Conversation.ofUser("acme", "ann");
        append(ann, "hello");
        MessageId id = lanes.queue(ann).entries().getFirst().id();
        String record = "broker:{p%02d}:message:%s".formatted(id.partition(), id);
        redis.call(commands ->
                commands.hset(record, Map.of("failures", Redis.utf8("many"), "attempts", Redis.utf8("some"))));

        assertThat(bodies(claim(10))).containsExactly("hello");
    }

    private ClaimEntries.Taken take(Lane lane) {
        return lanes.claim(
                lane, lanes.allPartitions(), DISPATCHER, 10, ClaimEntries.Beat.SILENT, "ok", GroupRoom.UNLIMITED);
    }

    private MessageId append(Conversation conversation, Envelope envelope, String body) {
        MessageId id = lanes.newId(conversation);
        lanes.append(
                new NewMessage(id, conversation, envelope, body.getBytes(UTF_8), Optional.empty(), Watching.NOTHING));
        return id;
    }

    @Test
    void takesNoMoreOfAGroupThanThereIsRoomForAndTheOthersAllTheSame() throws IOException {
        for (int i = 0; i < 6; i++) {
            append(Conversation.ofUser("busy", "user-" + i), "busy " + i);
            append(Conversation.ofUser("closed", "user-" + i), "closed " + i);
            append(Conversation.ofUser("quiet", "user-" + i), "quiet " + i);
        }

        List<String> taken = bodies(claim(new GroupRoom(/* each= */ 4, Map.of("busy", 2, "closed", 0))));

        assertThat(taken).filteredOn(body -> body.startsWith("busy")).hasSize(2);
        assertThat(taken).filteredOn(body -> body.startsWith("quiet")).hasSize(4);
        assertThat(taken).hasSize(6);
        assertThat(claim(20)).hasSize(12);
    }

    private List<Claim> claim(GroupRoom groups) {
        return lanes.claim(
                        Lane.MESSAGES,
                        lanes.allPartitions(),
                        DISPATCHER,
                        /* room= */ 20,
                        ClaimEntries.Beat.SILENT,
                        "ok",
                        groups)
                .claims();
    }

    private static Verdict answered() {
        return new Verdict.Answered("{\"responses\":[\"hello\"]}".getBytes(UTF_8));
    }

    private Found found(Claim claim) {
        return lanes.find(claim.lease().id(), Watching.NOTHING).orElseThrow();
    }

    private static Claim of(List<Claim> claims, String body) throws IOException {
        for (Claim claim : claims) {
            if (new String(claim.body().toBytes(), UTF_8).equals(body)) {
                return claim;
            }
        }
        throw new AssertionError("no claim of " + body);
    }

    private static List<String> bodies(List<Claim> claims) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (Claim claim : claims) {
            bodies.add(new String(claim.body().toBytes(), UTF_8));
        }
        return bodies;
    }

    /** As if the time until the lease's end or the next attempt had passed. */
    private void makeDue(Conversation conversation) {
        String later = "broker:{p%02d}:later:messages".formatted(conversation.partition(16));
        redis.call(commands -> commands.zadd(later, 1.0, Redis.utf8(conversation.name())));
    }

    private static String streamOf(Conversation conversation) {
        return "broker:{p%02d}:messages:%s".formatted(conversation.partition(16), conversation.name());
    }

    /** The {@code n}th conversation of an org in partition 0. */
    private static Conversation inOnePartition(String org, int n) {
        int seen = 0;
        for (int i = 0; ; i++) {
            Conversation candidate = Conversation.ofUser(org, "u" + i);
            if (candidate.partition(16) == 0 && seen++ == n) {
                return candidate;
            }
        }
    }
}
