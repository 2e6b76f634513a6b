package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unfoldingword.broker.lane.LaneFixture.DISPATCHER;
import static org.unfoldingword.broker.lane.LaneFixture.recordOf;
import static org.unfoldingword.broker.lane.LaneFixture.streamOf;
import static org.unfoldingword.broker.lane.LaneFixture.texts;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** The engine on a real redis-server: seed, one action, the whole state. */
class LanesTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Conversation BOB = Conversation.ofUser("acme", "bob");

    private final LaneFixture lane = new LaneFixture();
    private final Redis redis = lane.redis;
    private final Lanes lanes = lane.lanes;
    private final Operations operations = lane.operations();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void answersWithThePositionInTheConversation() {
        assertThat(append(ANN, "one")).isEqualTo(new Appended.Accepted(1));
        assertThat(append(ANN, "two")).isEqualTo(new Appended.Accepted(2));
        assertThat(append(BOB, "one")).isEqualTo(new Appended.Accepted(1));
    }

    @Test
    void handsOutOneMessageOfAConversationAtATimeInOrder() {
        append(ANN, "one");
        append(ANN, "two");
        append(BOB, "three");

        List<Claim> first = claim(10);
        assertThat(texts(first)).containsExactlyInAnyOrder("one", "three");
        assertThat(claim(10)).isEmpty();

        first.forEach(lane::answer);
        assertThat(texts(claim(10))).containsExactly("two");
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
        Claim claim = lane.take();
        lane.answer(claim);

        Set<String> keys = lane.keys();
        assertThat(keys).filteredOn(key -> key.contains("ann")).isEmpty();
        assertThat(keys)
                .filteredOn(key -> key.contains(":message:"))
                .singleElement()
                .satisfies(key -> assertThat(lane.ttl(key)).isPositive());
    }

    @Test
    void keepsThePlaceOfAMessageThatIsTriedAgain() {
        append(ANN, "one");
        append(ANN, "two");
        Claim one = lane.take();

        lane.retryIn(one, Duration.ofHours(1));
        assertThat(claim(10)).isEmpty();
        assertThat(found(one).record().state()).isEqualTo(MessageState.RETRYING);
        assertThat(found(one).position()).contains(1);

        lane.makeDue(ANN);
        List<Claim> again = claim(10);
        assertThat(texts(again)).containsExactly("one");
        assertThat(again.getFirst().record().attempts()).isEqualTo(2);
        assertThat(again.getFirst().lapsed()).isFalse();
    }

    @Test
    void handsALapsedLeaseToAnotherAndRefusesTheZombie() {
        append(ANN, "one");
        Claim dead = lane.take();
        lane.makeDue(ANN);

        Claim next = lane.take();
        assertThat(next.lapsed()).isTrue();
        assertThat(next.deliveries()).isEqualTo(2);
        assertThat(next.record().lapses()).isEqualTo(1);
        assertThat(Long.parseLong(next.lease().token()))
                .isGreaterThan(Long.parseLong(dead.lease().token()));

        assertThat(lane.answer(dead)).isFalse();
        assertThat(lanes.extend(Lane.MESSAGES, DISPATCHER, List.of(dead.lease())))
                .extracting(ExtendLeases.Standing::held)
                .containsExactly(false);
        assertThat(lane.answer(next)).isTrue();
        assertThat(found(next).record().state()).isEqualTo(MessageState.COMPLETED);
    }

    /**
     * Two dispatchers stood still past their leases. One of their queues was taken again; for the other there was no room, so it
     * stood in line while its holder woke up and settled its last message. Its name stayed in line, and pointed nowhere.
     */
    @Test
    void leavesNothingOfAQueueThatIsSettledWhileItStandsInLineAgain() {
        Conversation cid = neighbours("acme").findFirst().orElseThrow();
        append(ANN, "one");
        append(cid, "two");
        List<Claim> both = claim(10);
        assertThat(both).hasSize(2);
        lane.makeDue(ANN);
        lane.makeDue(cid);
        Claim taken = claim(1).getFirst();
        Claim inLine = both.stream()
                .filter(claim -> !claim.lease().queue().equals(taken.lease().queue()))
                .findFirst()
                .orElseThrow();

        assertThat(lane.answer(inLine)).isTrue();
        assertThat(lane.answer(taken)).isTrue();
        assertThat(lane.keys()).filteredOn(key -> key.contains("ready")).isEmpty();
        append(ANN, "three");
        assertThat(claim(10)).hasSize(1);
    }

    @Test
    void keepsTheLeaseAndTheIdleTimeFreshWhenExtended() {
        append(ANN, "one");
        Claim held = lane.take();
        lane.makeDue(ANN);
        Duration longAgo = Duration.ofHours(1);
        redis.call(commands -> commands.xclaim(
                streamOf(ANN),
                Consumer.from("dispatchers", DISPATCHER),
                XClaimArgs.Builder.justid().idle(longAgo),
                held.lease().entry()));

        assertThat(lanes.extend(Lane.MESSAGES, DISPATCHER, List.of(held.lease())))
                .extracting(ExtendLeases.Standing::held)
                .containsExactly(true);

        assertThat(claim(10)).isEmpty();
        PendingMessage pending = redis.call(
                        commands -> commands.xpending(streamOf(ANN), "dispatchers", Range.unbounded(), Limit.from(1)))
                .getFirst();
        assertThat(pending.getSinceLastDelivery()).isLessThan(longAgo);
        assertThat(pending.getRedeliveryCount()).isEqualTo(1);
    }

    @Test
    void settlesOnceHoweverOftenItIsRepeated() {
        append(ANN, "one");
        Claim held = lane.take();

        assertThat(lane.answer(held)).isTrue();
        assertThat(lane.answer(held)).isTrue();
        assertThat(lanes.totals().completed()).isEqualTo(1);
        assertThat(lanes.totals().unfinished()).isZero();
        assertThat(lanes.totals().activeQueues()).isZero();
    }

    @Test
    void appendsOnceHoweverOftenItIsRepeated() {
        NewMessage message = TestMessage.to(ANN, "one").in(lanes);
        lanes.append(message);
        assertThat(lanes.append(message)).isEqualTo(new Appended.Accepted(1));
        assertThat(lanes.totals().accepted()).isEqualTo(1);
    }

    @Test
    void knowsAnIdempotencyKeyAgain() {
        IdempotencyKey key = IdempotencyKey.of("web", "k1", "body".getBytes(UTF_8));
        IdempotencyKey ofAnotherBody = IdempotencyKey.of("web", "k1", "another body".getBytes(UTF_8));
        IdempotencyKey ofAnotherClient = IdempotencyKey.of("signal", "k1", "body".getBytes(UTF_8));
        MessageId first = TestMessage.to(ANN, "one").under(key).appendTo(lanes);

        assertThat(append(ANN, "one", key)).isEqualTo(new Appended.Duplicate(first));
        assertThat(append(ANN, "two", ofAnotherBody)).isEqualTo(new Appended.Conflict(first));
        assertThat(append(ANN, "three", ofAnotherClient)).isEqualTo(new Appended.Accepted(2));
    }

    @Test
    void refusesMoreThanTheQueueLimitButNotForTheRunningOne() {
        try (LaneFixture small = new LaneFixture(Map.of("broker.lane.queue-limit", "2"))) {
            for (String text : List.of("one", "two", "three")) {
                small.append(ANN, text);
                small.claim(Lane.MESSAGES, 1);
            }
            assertThat(small.lanes.append(TestMessage.to(ANN, "four").in(small.lanes)))
                    .isEqualTo(new Appended.Full(2));
        }
    }

    @Test
    void servesOrgsInTurn() {
        neighbours("flood").limit(20).forEach(conversation -> append(conversation, "flood"));
        append(neighbours("small").findFirst().orElseThrow(), "small");

        assertThat(texts(claim(3))).contains("small");
    }

    @Test
    void writesTheCallbackInTheStepThatEndsTheMessage() {
        TestMessage.to(ANN, "one")
                .calledBackAt("https://Gateway.example/cb?x=1")
                .appendTo(lanes);
        Claim held = lane.take();
        lane.answer(held);

        Claim callback = lane.claim(Lane.CALLBACKS, 1).getFirst();
        assertThat(callback.lease().queue()).isEqualTo("user:acme:ann:https%3A%2F%2Fgateway.example");
        assertThat(callback.envelope().callbackUrl()).contains("https://Gateway.example/cb?x=1");
        assertThat(callback.record().response()).isPresent();
        String record = recordOf(held.lease().id());
        assertThat(lane.ttl(record)).isEqualTo(-1);

        lanes.settle(callback, new Verdict.Delivered());
        assertThat(found(held).record().callback())
                .hasValueSatisfying(cb -> assertThat(cb.state()).isEqualTo("delivered"));
        assertThat(lane.ttl(record)).isPositive();
    }

    @Test
    void keepsADeadLetterWithItsBody() {
        append(ANN, "one");
        Claim held = lane.take();
        lane.fail(held);

        assertThat(lanes.totals().deadMessages()).isEqualTo(1);
        assertThat(found(held).record().error()).contains(new MessageRecord.Fault("worker_failed", "it said no"));
        String record = recordOf(held.lease().id());
        byte[] body = redis.call(commands -> commands.hget(record, "body"));
        assertThat(body).isEqualTo("one".getBytes(UTF_8));
    }

    @Test
    void carriesALargeBodyInChunksThatGoWithTheMessage() {
        String large = "x".repeat(20_000_000);
        append(ANN, large);
        assertThat(lane.keys("*:body:*")).hasSize(5).allSatisfy(key -> assertThat(lane.ttl(key))
                .isEqualTo(-1));

        Claim held = lane.take();
        assertThat(held.body().length()).isEqualTo(large.length());
        assertThat(LaneFixture.text(held)).isEqualTo(large);
        String answer = "{\"responses\":[\"" + "y".repeat(5_000_000) + "\"]}";
        lane.answer(held, answer);
        assertThat(found(held).record().response().orElseThrow().length()).isEqualTo(answer.length());
        assertThat(lane.keys("*:request:*")).isEmpty();
    }

    /** A dispatcher took a message that was too late, and died before it had said so. The next one let the message run. */
    @Test
    void knowsThatAMessageIsTooLateThoughItsFirstHolderDied() {
        TestMessage.to(ANN, "one").expiringAt(clock().minusSeconds(1)).appendTo(lanes);
        assertThat(lane.take().expired()).isTrue();
        lane.makeDue(ANN);

        assertThat(lane.take().expired()).isTrue();
    }

    @Test
    void letsAMessageRunThatWasBegunInTimeThoughItsHolderDied() {
        TestMessage.to(ANN, "one").expiringAt(clock().plusSeconds(3600)).appendTo(lanes);
        assertThat(lane.take().expired()).isFalse();
        lane.makeDue(ANN);

        assertThat(lane.take().expired()).isFalse();
    }

    /** The worker was away while a message's time ran out. When it came back, the message ran all the same. */
    @Test
    void knowsThatAMessageIsTooLateThoughTheWorkerWasAskedInTime() {
        TestMessage.to(ANN, "one").expiringAt(clock().plusSeconds(3600)).appendTo(lanes);
        lanes.settle(
                lane.take(),
                new Verdict.Later(Duration.ZERO, "worker_unreachable", /* counted= */ false, Verdict.Doubt.UNCHANGED));

        assertThat(twoHoursLater(lane.take()).expired()).isTrue();
    }

    @Test
    void letsAMessageRunAgainThatTheWorkerFailedInTime() {
        TestMessage.to(ANN, "one").expiringAt(clock().plusSeconds(3600)).appendTo(lanes);
        lanes.settle(lane.take(), new Verdict.Later(Duration.ZERO, "500", /* counted= */ true, Verdict.Doubt.CLEARED));

        assertThat(twoHoursLater(lane.take()).expired()).isFalse();
    }

    private static Claim twoHoursLater(Claim claim) {
        return new Claim(
                claim.lease(),
                claim.envelope(),
                claim.body(),
                claim.record(),
                claim.deliveries(),
                claim.lapsed(),
                claim.doubtful(),
                claim.at().plusSeconds(7200));
    }

    /** A callback that told of a message while it ran was given up. From then on the record of the message expired, though it ran. */
    @Test
    void keepsTheRecordOfAMessageThatHasNotEndedWhenItsCallbackHas() {
        lane.appendWithCallback(ANN, "one");
        Claim held = lane.take();
        lanes.announce(held);
        lanes.settle(lane.claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable("gone"));

        assertThat(lane.keys("*:message:*")).singleElement().satisfies(key -> assertThat(lane.ttl(key))
                .isEqualTo(-1));

        lane.answer(held);
        assertThat(lane.keys("*:message:*")).singleElement().satisfies(key -> assertThat(lane.ttl(key))
                .isPositive());
    }

    @Test
    void remembersADoubtForTheNextCallOfTheConversation() {
        append(ANN, "one");
        append(ANN, "two");
        Claim one = lane.take();
        assertThat(one.doubtful()).isFalse();
        lanes.settle(
                one,
                new Verdict.Ended(
                        MessageState.FAILED,
                        new MessageRecord.Fault("worker_timeout", "silence"),
                        Verdict.Doubt.RAISED));

        Claim two = lane.take();
        assertThat(two.doubtful()).isTrue();
        lane.answer(two);
        append(ANN, "three");
        assertThat(lane.take().doubtful()).isFalse();
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
        lane.makeDue(ANN);
        Claim again = lane.take();
        assertThat(again.doubtful()).isTrue();
        lane.retryIn(again, Duration.ofHours(1));
        assertThat(lanes.cancel(found(again))).isEqualTo(Cancelled.REMOVED);

        assertThat(lane.take().doubtful()).isTrue();
    }

    @Test
    void hasNotBegunWithAMessageThatWasGivenBack() {
        append(ANN, "one");
        Claim held = lane.take();
        assertThat(held.record().startedAt()).isPresent();

        lane.giveBack(held);

        assertThat(found(held).record().startedAt()).isEmpty();
        assertThat(found(held).record().attempts()).isZero();
    }

    /** An operator's hand: the entry that was being worked on is deleted, or the group is. What waited behind it was deleted as well. */
    @Test
    void goesOnBehindAnEntryThatWasDeletedByHand() {
        append(ANN, "one");
        append(ANN, "two");
        append(ANN, "three");
        claim(1);
        String queue = streamOf(ANN);
        redis.call(commands -> commands.xtrim(queue, 2));
        lane.makeDue(ANN);

        List<Claim> two = claim(1);
        assertThat(texts(two)).containsExactly("two");
        redis.call(commands -> commands.xgroupDestroy(queue, "dispatchers"));
        lane.makeDue(ANN);

        List<Claim> still = claim(1);
        assertThat(texts(still)).containsExactly("two");
        lane.answer(still.getFirst());
        assertThat(texts(claim(1))).containsExactly("three");
    }

    /**
     * Redis's clock went back by an hour. An org that was in the round since before was passed over by another that had always
     * something due, until the clock had caught up.
     */
    @Test
    void servesAnOrgInTurnThoughTheClockWentBack() {
        List<Conversation> acme = neighbours("acme").limit(2).toList();
        Conversation other = neighbours("other").findFirst().orElseThrow();
        append(other, "other");
        String round = "broker:{p%02d}:ready:messages".formatted(ANN.partition(16));
        redis.call(commands -> commands.zincrby(round, Duration.ofHours(1).toMillis() * 1000.0, Redis.utf8("other")));
        append(acme.get(0), "one");
        append(acme.get(1), "two");

        assertThat(texts(claim(1))).containsAnyOf("one", "two");
        assertThat(texts(claim(1))).containsExactly("other");
    }

    @Test
    void refusesOtherPartitionsThanTheDataWasWrittenWith() {
        assertThatThrownBy(
                        () -> LaneFixture.open(TestRedis.shared().properties(), Map.of("broker.lane.partitions", "4")))
                .hasMessage("broker.lane.partitions: 4 (expected: 16, with which the data in this Redis was written)");
    }

    @Test
    void goesOnWithTheOthersWhenOneEntryCannotBeRead() {
        lane.append(ANN, "spoilt", LaneFixture.tooDeep());
        append(BOB, "sound");

        ClaimEntries.Taken taken = lane.claim(Lane.MESSAGES, 10, GroupRoom.UNLIMITED);

        assertThat(texts(taken.claims())).containsExactly("sound");
        assertThat(taken.unreadable()).hasSize(1);
        assertThat(operations.audit().clean()).isTrue();
    }

    /**
     * A chat_id of sixty levels was accepted, lay two levels deeper in the envelope, and there nobody could read it: each lease of it
     * lapsed, its conversation stood still for ever, and every look at it was an error.
     */
    @Test
    void endsWhatCannotBeReadAndGoesOnWithItsConversation() {
        MessageId spoilt = lane.append(ANN, "spoilt", LaneFixture.tooDeep());
        append(ANN, "next");
        assertThat(lanes.find(spoilt, Watching.NOTHING).orElseThrow().envelope().user())
                .isEqualTo("ann");

        assertThat(lanes.settle(unreadable(Lane.MESSAGES))).isTrue();

        Found found = lanes.find(spoilt, Watching.NOTHING).orElseThrow();
        assertThat(found.record().state()).isEqualTo(MessageState.FAILED);
        assertThat(found.record().error().orElseThrow().code()).isEqualTo("unreadable_message");
        assertThat(found.envelope().org()).isEqualTo("acme");
        DeadLetter.Filter any = new DeadLetter.Filter(/* newestFirst= */ true, "", "", "", Optional.empty());
        assertThat(operations
                        .deadLetters(Lane.MESSAGES, any, Optional.empty(), /* limit= */ 10)
                        .items())
                .hasSize(1);
        assertThat(texts(claim(10))).containsExactly("next");
        assertThat(operations.audit().clean()).isTrue();
    }

    @Test
    void cancelsWhatCannotBeRead() {
        MessageId spoilt = lane.append(ANN, "spoilt", LaneFixture.tooDeep());

        assertThat(lanes.cancel(lanes.find(spoilt, Watching.NOTHING).orElseThrow()))
                .isEqualTo(Cancelled.REMOVED);
        assertThat(operations.audit().clean()).isTrue();
    }

    @Test
    void endsAnEntryThatIsNoneOfOurs() {
        append(ANN, "gone");
        redis.call(commands -> commands.xadd(streamOf(ANN), Map.of("by", Redis.utf8("hand"))));
        append(ANN, "next");
        lane.answer(lane.take());

        assertThat(lanes.settle(unreadable(Lane.MESSAGES))).isTrue();

        assertThat(texts(claim(10))).containsExactly("next");
    }

    @Test
    void deadLettersTheCallbackWhoseRecordIsGone() {
        MessageId id = lane.appendWithCallback(ANN, "asked");
        lane.answer(lane.take());
        redis.call(commands -> commands.del(recordOf(id)));

        assertThat(lanes.settle(unreadable(Lane.CALLBACKS))).isTrue();

        assertThat(lanes.totals().deadCallbacks()).isEqualTo(1);
        assertThat(lanes.totals().failed()).as("messages that failed").isZero();
        assertThat(lane.keys("broker:{p??}:callbacks:*")).isEmpty();
    }

    @Test
    void runsAMessageOfWhichOnlyACountIsSpoilt() {
        String record = recordOf(lane.append(ANN, "hello"));
        redis.call(commands ->
                commands.hset(record, Map.of("failures", Redis.utf8("many"), "attempts", Redis.utf8("some"))));

        assertThat(texts(claim(10))).containsExactly("hello");
    }

    @Test
    void takesNoMoreOfAGroupThanThereIsRoomForAndTheOthersAllTheSame() {
        for (int i = 0; i < 6; i++) {
            append(Conversation.ofUser("busy", "user-" + i), "busy " + i);
            append(Conversation.ofUser("closed", "user-" + i), "closed " + i);
            append(Conversation.ofUser("quiet", "user-" + i), "quiet " + i);
        }

        List<String> taken = texts(
                lane.claim(Lane.MESSAGES, /* room= */ 20, new GroupRoom(/* each= */ 4, Map.of("busy", 2, "closed", 0)))
                        .claims());

        assertThat(taken).filteredOn(body -> body.startsWith("busy")).hasSize(2);
        assertThat(taken).filteredOn(body -> body.startsWith("quiet")).hasSize(4);
        assertThat(taken).hasSize(6);
        assertThat(claim(20)).hasSize(12);
    }

    /** Other conversations of an org in ANN's partition. */
    private static Stream<Conversation> neighbours(String org) {
        return LaneFixture.inPartition(ANN.partition(16), org);
    }

    private Appended append(Conversation conversation, String text) {
        return lanes.append(TestMessage.to(conversation, text).in(lanes));
    }

    private Appended append(Conversation conversation, String text, IdempotencyKey key) {
        return lanes.append(TestMessage.to(conversation, text).under(key).in(lanes));
    }

    private List<Claim> claim(int room) {
        return lane.claim(Lane.MESSAGES, room);
    }

    /** Takes what is due; the first entry that no handler could be given. */
    private ClaimEntries.Unreadable unreadable(Lane of) {
        return lane.claim(of, 10, GroupRoom.UNLIMITED).unreadable().getFirst();
    }

    private static Instant clock() {
        return InstantSource.system().instant();
    }

    private Found found(Claim claim) {
        return lanes.find(claim.lease().id(), Watching.NOTHING).orElseThrow();
    }
}
