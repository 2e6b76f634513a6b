package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** What operators see and do, on a real redis-server: seed, one action, the whole state. */
class OperationsTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Conversation BOB = Conversation.ofUser("acme", "bob");
    private static final Conversation EVE = Conversation.ofUser("other", "eve");
    private static final QueueFilter ANY =
            new QueueFilter(QueueFilter.Only.ANY, Duration.ZERO, Duration.ZERO, /* part= */ "");
    private static final DeadLetter.Filter NEWEST = new DeadLetter.Filter(
            /* newestFirst= */ true, /* part= */ "", /* code= */ "", /* org= */ "", Optional.empty());

    private final LaneFixture lane = new LaneFixture();
    private final Operations operations = new Operations(lane.lanes);

    @AfterEach
    void leavesTheAccountsInOrder() {
        AuditReport report = operations.audit();
        lane.close();
        assertThat(report.clean()).as(report.toString()).isTrue();
    }

    @Nested
    class Pausing {

        @Test
        void takesNothingOfAPausedConversationButAccepts() {
            lane.append(ANN, "one");
            assertThat(operations.pause(new Scope.One(ANN), "ops", "a broken bot"))
                    .isTrue();
            lane.append(ANN, "two");
            lane.append(BOB, "three");

            assertThat(lane.drain()).containsExactly("three");
            assertThat(operations.queue(ANN).orElseThrow().standing()).isEqualTo(QueueState.Standing.PAUSED);

            assertThat(operations.resume(new Scope.One(ANN))).isTrue();
            assertThat(lane.drain()).containsExactly("one", "two");
        }

        @Test
        void acceptsForAPausedConversationThatWasIdle() {
            operations.pause(new Scope.One(ANN), "ops", "");
            lane.append(ANN, "one");
            assertThat(lane.drain()).isEmpty();
            operations.resume(new Scope.One(ANN));
            assertThat(lane.drain()).containsExactly("one");
        }

        @Test
        void letsTheRunningMessageFinish() {
            lane.append(ANN, "one");
            lane.append(ANN, "two");
            Claim one = lane.take();
            operations.pause(new Scope.One(ANN), "ops", "");

            assertThat(operations.queue(ANN).orElseThrow().standing()).isEqualTo(QueueState.Standing.RUNNING);
            assertThat(lane.answer(one)).isTrue();
            assertThat(lane.drain()).isEmpty();
            operations.resume(new Scope.One(ANN));
            assertThat(lane.drain()).containsExactly("two");
        }

        @Test
        void holdsBackAnAttemptThatComesDueAndALeaseThatRunsOut() {
            lane.append(ANN, "one");
            lane.append(BOB, "two");
            List<Claim> claims = lane.claim(Lane.MESSAGES, 2);
            Claim one = claims.stream()
                    .filter(claim -> LaneFixture.text(claim).equals("one"))
                    .findFirst()
                    .orElseThrow();
            lane.retryIn(one, Duration.ofHours(1));
            operations.pause(new Scope.One(ANN), "ops", "");
            operations.pause(new Scope.One(BOB), "ops", "");
            lane.makeDue(ANN);
            lane.makeDue(BOB);

            assertThat(lane.drain()).isEmpty();
            operations.resume(new Scope.One(ANN));
            operations.resume(new Scope.One(BOB));
            assertThat(lane.drain()).containsExactlyInAnyOrder("one", "two");
        }

        /** Somebody had removed a conversation from the index by hand, and nothing but a new key would have made it move. */
        @Test
        void putsAConversationBackThatIsInNoLine() {
            lane.append(ANN, "one");
            String line = "broker:{p%02d}:ready:messages:acme".formatted(ANN.partition(16));
            lane.redis.call(commands -> commands.del(line));
            lane.redis.call(commands -> commands.del("broker:{p%02d}:ready:messages".formatted(ANN.partition(16))));
            assertThat(lane.drain()).isEmpty();
            assertThat(operations.audit().clean()).isFalse();

            operations.resume(new Scope.One(ANN));
            assertThat(lane.drain()).containsExactly("one");
        }

        @Test
        void takesNothingOfAPausedOrgAndAllOfTheOthers() {
            lane.append(ANN, "one");
            assertThat(operations.pause(new Scope.Org("acme"), "ops", "")).isTrue();
            lane.append(BOB, "two");
            lane.append(EVE, "three");
            String round = "broker:{p%02d}:ready:messages".formatted(ANN.partition(16));
            Double served = lane.redis.call(commands -> commands.zscore(round, Redis.utf8("acme")));
            assertThat(served).as("a paused org is out of the round").isNull();

            assertThat(lane.drain()).containsExactly("three");
            assertThat(operations.resume(new Scope.Org("acme"))).isTrue();
            assertThat(lane.drain()).containsExactlyInAnyOrder("one", "two");
        }

        @Test
        void takesNothingWhileAllIsPaused() {
            operations.pause(new Scope.All(), "ops", "the worker moves");
            lane.append(ANN, "one");
            lane.append(EVE, "two");

            assertThat(lane.drain()).isEmpty();
            operations.resume(new Scope.All());
            assertThat(lane.drain()).containsExactlyInAnyOrder("one", "two");
        }

        @Test
        void keepsTheFirstMarkOfAPauseThatIsRepeated() {
            assertThat(operations.pause(new Scope.Org("a b:c"), "key one", "first"))
                    .isTrue();
            assertThat(operations.pause(new Scope.Org("a b:c"), "two", "second"))
                    .isFalse();

            assertThat(operations.pauses()).singleElement().satisfies(pause -> {
                assertThat(pause.scope()).isEqualTo(new Scope.Org("a b:c"));
                assertThat(pause.who()).isEqualTo("key one");
                assertThat(pause.why()).isEqualTo("first");
            });
            assertThat(operations.resume(new Scope.Org("a b:c"))).isTrue();
            assertThat(operations.resume(new Scope.Org("a b:c"))).isFalse();
        }
    }

    @Nested
    class Redriving {

        @Test
        void putsADeadLetterBehindTheRunningMessageAndBeforeTheWaitingOnes() {
            MessageId one = lane.dead(ANN, "one");
            lane.append(ANN, "two");
            Claim two = lane.take();
            MessageId three = lane.append(ANN, "three");
            lane.append(ANN, "four");
            MessageRecord before = lane.record(three);

            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, /* dryRun= */ false))
                    .isEqualTo(new Redrive.Placed(2));

            assertThat(lane.record(one).state()).isEqualTo(MessageState.QUEUED);
            assertThat(lane.record(one).redrives()).isEqualTo(1);
            assertThat(lane.lanes.find(three, Watching.NOTHING).orElseThrow().position())
                    .contains(3);
            assertThat(lane.record(three).acceptedAt()).isEqualTo(before.acceptedAt());
            assertThat(operations.audit().clean()).isTrue();
            assertThat(lane.answer(two)).isTrue();
            assertThat(lane.drain()).containsExactly("one", "three", "four");
            assertThat(lane.lanes.totals().failed()).isEqualTo(1);
            assertThat(lane.lanes.totals().completed()).isEqualTo(4);
            assertThat(lane.lanes.totals().unfinished()).isZero();
        }

        @Test
        void putsADeadLetterBeforeAMessageThatWasNeverTaken() {
            MessageId one = lane.dead(ANN, "one");
            lane.append(ANN, "two");
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.Placed(1));
            assertThat(lane.drain()).containsExactly("one", "two");
        }

        @Test
        void putsADeadLetterAtTheEnd() {
            MessageId one = lane.dead(ANN, "one");
            lane.append(ANN, "two");
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.TAIL, false))
                    .isEqualTo(new Redrive.Placed(2));
            assertThat(lane.drain()).containsExactly("two", "one");
        }

        @Test
        void refusesOnceSomethingNewerHasRun() {
            MessageId one = lane.dead(ANN, "one");
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.UNLESS_NEWER, /* dryRun= */ true))
                    .isEqualTo(new Redrive.Placed(1));
            lane.append(ANN, "two");
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.UNLESS_NEWER, true))
                    .as("newer, but not taken yet")
                    .isEqualTo(new Redrive.Placed(1));
            lane.drain();

            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.UNLESS_NEWER, false))
                    .isEqualTo(new Redrive.Overtaken());
            assertThat(lane.record(one).state()).isEqualTo(MessageState.FAILED);
        }

        @Test
        void changesNothingInADryRun() {
            MessageId one = lane.dead(ANN, "one");
            Set<String> before = lane.keys();
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, true))
                    .isEqualTo(new Redrive.Placed(1));
            assertThat(operations.drop(Lane.MESSAGES, one, true)).isTrue();
            assertThat(lane.keys()).isEqualTo(before);
            assertThat(lane.lanes.totals().deadMessages()).isEqualTo(1);
        }

        @Test
        void redrivesOnceHoweverOftenItIsRepeated() {
            MessageId one = lane.dead(ANN, "one");
            RedriveDeadLetter redrive = new RedriveDeadLetter(lane.lanes);
            for (int i = 0; i < 2; i++) {
                assertThat(redrive.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false, "operation"))
                        .isEqualTo(new Redrive.Placed(1));
            }
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.NotDead());
            assertThat(lane.drain()).containsExactly("one");
        }

        @Test
        void givesAFreshBudgetAndFailsAgainAsADeadLetter() {
            MessageId one = lane.dead(ANN, "one");
            operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false);
            Claim again = lane.take();
            assertThat(again.record().attempts()).isEqualTo(1);
            assertThat(again.record().error()).isEmpty();
            lane.fail(again);

            assertThat(lane.lanes.totals().deadMessages()).isEqualTo(1);
            assertThat(lane.lanes.totals().failed()).isEqualTo(2);
            assertThat(lane.lanes.totals().redriven()).isEqualTo(1);
            assertThat(lane.lanes.totals().unfinished()).isZero();
        }

        @Test
        void bringsALargeBodyBack() {
            String large = "x".repeat(9_000_000);
            MessageId one = lane.dead(ANN, large);
            operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false);
            assertThat(lane.drain()).containsExactly(large);
            assertThat(lane.keys()).noneMatch(key -> key.contains(":request:"));
        }

        @Test
        void takesBackTheCallbackOfTheFailureThatStillWaits() {
            MessageId one = lane.appendWithCallback(ANN, "one");
            lane.fail(lane.take());
            assertThat(lane.lanes.totals().callbacksPending()).isEqualTo(1);

            operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false);
            assertThat(lane.claim(Lane.CALLBACKS, 10)).isEmpty();
            assertThat(lane.lanes.totals().callbacksPending()).isZero();
            lane.drain();
            Claim callback = lane.claim(Lane.CALLBACKS, 10).getFirst();
            assertThat(callback.record().state()).isEqualTo(MessageState.COMPLETED);
            lane.lanes.settle(callback, new Verdict.Delivered());
        }

        /** Its journal begins anew, so what was told of the one before says nothing about it. */
        @Test
        void tellsOfTheMessageFromItsStartAgain() {
            MessageId one = lane.appendWithCallback(ANN, "one");
            Claim running = lane.take();
            lane.announce(running);
            Claim telling = lane.claim(Lane.CALLBACKS, 1).getFirst();
            lane.lanes.bookmark(telling.lease(), "1-1 0");
            lane.lanes.settle(telling, new Verdict.Back(Duration.ZERO, Verdict.Doubt.UNCHANGED));
            lane.fail(running);

            operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false);

            lane.announce(lane.take());
            Claim again = lane.claim(Lane.CALLBACKS, 1).getFirst();
            assertThat(again.record().callback().orElseThrow().told()).isEmpty();
        }

        @Test
        void waitsForTheCallbackOfTheFailureThatIsBeingPosted() {
            MessageId one = lane.appendWithCallback(ANN, "one");
            lane.fail(lane.take());
            Claim callback = lane.claim(Lane.CALLBACKS, 1).getFirst();

            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.Busy());
            lane.lanes.settle(callback, new Verdict.Delivered());
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.Placed(1));
            lane.drain();
        }

        @Test
        void redrivesADeadCallback() {
            MessageId one = lane.appendWithCallback(ANN, "one");
            lane.answer(lane.take());
            lane.lanes.settle(lane.claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable("410 Gone"));
            assertThat(lane.lanes.totals().deadCallbacks()).isEqualTo(1);

            assertThat(operations.redrive(Lane.CALLBACKS, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.Placed(1));
            Claim again = lane.claim(Lane.CALLBACKS, 1).getFirst();
            assertThat(again.lease().id()).isEqualTo(one);
            assertThat(again.record().callback().orElseThrow().attempts()).isEqualTo(1);
            assertThat(again.record().redrives()).as("the same webhook-id").isZero();
            lane.lanes.settle(again, new Verdict.Delivered());
            assertThat(lane.lanes.totals().callbacksPending()).isZero();
            assertThat(lane.lanes.totals().deadCallbacks()).isZero();
        }

        @Test
        void dropsADeadLetterWithItsBody() {
            MessageId one = lane.dead(ANN, "one");
            assertThat(operations.drop(Lane.MESSAGES, one, false)).isTrue();
            assertThat(operations.drop(Lane.MESSAGES, one, false)).isFalse();
            assertThat(operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false))
                    .isEqualTo(new Redrive.NotDead());

            assertThat(lane.record(one).state()).isEqualTo(MessageState.FAILED);
            String record = LaneFixture.recordOf(one);
            byte[] body = lane.redis.call(commands -> commands.hget(record, "body"));
            assertThat(body).isNull();
            Long lives = lane.redis.call(commands -> commands.pttl(record));
            assertThat(lives)
                    .isPositive()
                    .isLessThanOrEqualTo(Duration.ofHours(24).toMillis());
        }

        @Test
        void listsEachDeadLetterOnceOverAllPages() {
            Set<MessageId> dead = new HashSet<>();
            for (int i = 0; i < 23; i++) {
                dead.add(lane.dead(Conversation.ofUser("acme", "u" + i), "text " + i));
            }
            List<DeadLetter> listed = new ArrayList<>();
            Optional<Place> next = Optional.empty();
            do {
                Page<DeadLetter> page = operations.deadLetters(Lane.MESSAGES, NEWEST, next, 5);
                assertThat(page.items()).hasSizeLessThanOrEqualTo(5);
                listed.addAll(page.items());
                next = page.next().map(Place::cursor).map(cursor -> Place.parse(cursor)
                        .orElseThrow());
            } while (next.isPresent());

            assertThat(listed)
                    .extracting(DeadLetter::id)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(dead);
            assertThat(listed)
                    .isSortedAccordingTo((one, other) -> other.diedAt().compareTo(one.diedAt()));
            DeadLetter.Filter other = new DeadLetter.Filter(true, "u7", "worker_failed", "acme", Optional.empty());
            assertThat(operations
                            .deadLetters(Lane.MESSAGES, other, Optional.empty(), 5)
                            .items())
                    .singleElement()
                    .satisfies(
                            letter -> assertThat(letter.record().conversation()).isEqualTo("user:acme:u7"));
            DeadLetter.Filter none = new DeadLetter.Filter(true, "", "", "acme2", Optional.empty());
            assertThat(operations
                            .deadLetters(Lane.MESSAGES, none, Optional.empty(), 5)
                            .items())
                    .isEmpty();
        }
    }

    @Nested
    class Looking {

        @Test
        void listsEachQueueOnceOverAllPagesLongestStandingFirst() {
            for (int i = 0; i < 40; i++) {
                lane.append(Conversation.ofUser("acme", "u" + i), "text " + i);
            }
            lane.claim(Lane.MESSAGES, 10);

            List<QueueState> listed = new ArrayList<>();
            Optional<Place> next = Optional.empty();
            do {
                Page<QueueState> page = operations.queues(Lane.MESSAGES, ANY, next, 7);
                listed.addAll(page.items());
                next = page.next();
            } while (next.isPresent());

            assertThat(listed).hasSize(40).extracting(QueueState::name).doesNotHaveDuplicates();
            assertThat(listed)
                    .isSortedAccordingTo((one, other) -> one.headSince().compareTo(other.headSince()));
            assertThat(listed)
                    .filteredOn(queue -> queue.standing() == QueueState.Standing.RUNNING)
                    .hasSize(10);
            assertThat(only(QueueFilter.Only.RUNNING)).hasSize(10);
            assertThat(only(QueueFilter.Only.WAITING)).hasSize(30);
            assertThat(operations
                            .queues(Lane.MESSAGES, part("u1"), Optional.empty(), 50)
                            .items())
                    .hasSize(11);
        }

        @Test
        void tellsPendingEntriesAsXpendingDoes() {
            lane.append(ANN, "one");
            lane.append(BOB, "two");
            lane.append(EVE, "three");
            List<Claim> claims = lane.claim(Lane.MESSAGES, 2);
            lane.retryIn(claims.getFirst(), Duration.ofHours(1));

            List<QueueState> pending = only(QueueFilter.Only.PENDING);
            assertThat(pending).hasSize(2);
            for (QueueState queue : pending) {
                String stream =
                        "broker:{p%02d}:messages:%s".formatted(queue.head().partition(), queue.name());
                var told = lane.redis
                        .call(commands -> commands.xpending(stream, "dispatchers", Range.unbounded(), Limit.from(1)))
                        .getFirst();
                QueueState.Pending seen = queue.pending().orElseThrow();
                assertThat(seen.entry()).isEqualTo(told.getId());
                assertThat(seen.consumer()).isEqualTo(told.getConsumer());
                assertThat(seen.deliveries()).isEqualTo((int) told.getRedeliveryCount());
            }
            assertThat(pending)
                    .extracting(queue -> queue.pending().orElseThrow().consumer())
                    .containsExactlyInAnyOrder("nobody", LaneFixture.DISPATCHER);
            QueueFilter idle = new QueueFilter(QueueFilter.Only.PENDING, Duration.ZERO, Duration.ofHours(1), "");
            assertThat(operations
                            .queues(Lane.MESSAGES, idle, Optional.empty(), 10)
                            .items())
                    .isEmpty();
        }

        @Test
        void tellsALapsedHolderFromALivingOne() {
            lane.append(ANN, "one");
            lane.take();
            assertThat(operations.queue(ANN).orElseThrow().standing()).isEqualTo(QueueState.Standing.RUNNING);
            lane.makeDue(ANN);
            assertThat(operations.queue(ANN).orElseThrow().standing()).isEqualTo(QueueState.Standing.LAPSED);
        }

        /** It was listed as running, and in no other list, as long as nobody took it again. */
        @Test
        void countsWhatALapsedHolderLeftBehindAsWaiting() {
            lane.append(ANN, "one");
            lane.take();
            assertThat(operations.live().totals().running()).isEqualTo(1);
            lane.makeDue(ANN);

            assertThat(operations.live().totals().running()).isZero();
            assertThat(operations.live().messages().delayed()).isZero();
            assertThat(only(QueueFilter.Only.RUNNING)).isEmpty();
            assertThat(only(QueueFilter.Only.WAITING)).hasSize(1);

            operations.pause(new Scope.One(ANN), "ops", "");
            assertThat(lane.claim(Lane.MESSAGES, 1)).as("it is put aside").isEmpty();
            assertThat(only(QueueFilter.Only.PAUSED)).hasSize(1);
            assertThat(only(QueueFilter.Only.RUNNING)).isEmpty();
            assertThat(operations.live().totals().running()).isZero();
            assertThat(operations.live().messages().delayed()).isEqualTo(1);
        }

        /** A paused conversation raised the alarm for stuck ones, and those that were stuck were not told behind it. */
        @Test
        void leavesPausedConversationsOutOfThoseThatStand() {
            lane.append(ANN, "one");
            lane.append(EVE, "two");
            lane.ageHead(ANN, Duration.ofHours(3));
            lane.ageHead(EVE, Duration.ofHours(1));
            assertThat(longestStanding(Lane.MESSAGES)).isGreaterThanOrEqualTo(Duration.ofHours(3));

            operations.pause(new Scope.Org("acme"), "ops", "");
            assertThat(longestStanding(Lane.MESSAGES)).isBetween(Duration.ofHours(1), Duration.ofHours(2));
            operations.pause(new Scope.All(), "ops", "");
            assertThat(operations.longestStanding(Lane.MESSAGES, operations.live()))
                    .isEmpty();
        }

        @Test
        void findsAStuckConversationBehindHundredsOfPausedOnes() {
            LaneFixture.inPartition(EVE.partition(16), "acme").limit(250).forEach(user -> {
                lane.append(user, "paused");
                lane.ageHead(user, Duration.ofHours(3));
            });
            lane.append(EVE, "stuck");
            lane.ageHead(EVE, Duration.ofHours(1));
            operations.pause(new Scope.Org("acme"), "ops", "");

            QueueFilter stuck = new QueueFilter(QueueFilter.Only.STUCK, Duration.ofMinutes(15), Duration.ZERO, "");
            assertThat(operations
                            .queues(Lane.MESSAGES, stuck, Optional.empty(), /* limit= */ 1)
                            .items())
                    .singleElement()
                    .satisfies(queue -> assertThat(queue.name()).isEqualTo(EVE.name()));
            assertThat(longestStanding(Lane.MESSAGES)).isBetween(Duration.ofHours(1), Duration.ofHours(2));
        }

        /** Its entry is there since the message began, so a long call made it look late. */
        @Test
        void doesNotCallACallbackLateWhoseMessageStillRuns() {
            lane.appendWithCallback(ANN, "one");
            Claim running = lane.take();
            lane.announce(running);
            lane.claim(Lane.CALLBACKS, 1);
            QueueState callback = operations.callbackQueues(ANN).items().getFirst();
            String heads = "broker:{p%02d}:heads:callbacks".formatted(ANN.partition(16));
            double longAgo = callback.at().minus(Duration.ofHours(3)).toEpochMilli();
            lane.redis.call(commands -> commands.zadd(heads, longAgo, Redis.utf8(callback.name())));

            assertThat(operations.live().callbacks().telling()).isEqualTo(1);
            assertThat(operations.longestStanding(Lane.CALLBACKS, operations.live()))
                    .isEmpty();
            QueueFilter late = new QueueFilter(QueueFilter.Only.ANY, Duration.ofMinutes(2), Duration.ZERO, "");
            assertThat(operations
                            .queues(Lane.CALLBACKS, late, Optional.empty(), 10)
                            .items())
                    .isEmpty();
            assertThat(operations.callbackQueues(ANN).items())
                    .singleElement()
                    .satisfies(queue -> assertThat(queue.headFor()).isZero());

            lane.answer(running);
            assertThat(operations.live().callbacks().telling()).isZero();
            assertThat(longestStanding(Lane.CALLBACKS)).isLessThan(Duration.ofHours(1));
        }

        /** The list left them out, but they were counted until the next one died in the same partition. */
        @Test
        void countsNoDeadLetterWhoseTimeIsOver() {
            MessageId one = lane.dead(ANN, "one");
            lane.dead(BOB, "two");
            assertThat(operations.live().totals().deadMessages()).isEqualTo(2);
            lane.age(one, Duration.ofDays(31));

            assertThat(operations.live().totals().deadMessages()).isEqualTo(1);
            assertThat(operations.live().messages().dead()).isEqualTo(1);
        }

        @Test
        void countsWithoutLookingAtUsers() {
            lane.append(ANN, "one");
            lane.append(ANN, "two");
            lane.append(BOB, "three");
            lane.append(EVE, "four");
            lane.claim(Lane.MESSAGES, 1);
            operations.pause(new Scope.Org("other"), "ops", "");

            Live live = operations.live();
            assertThat(live.totals().accepted()).isEqualTo(4);
            assertThat(live.totals().unfinished()).isEqualTo(4);
            assertThat(live.messages().queues()).isEqualTo(3);
            assertThat(live.messages().running()).isEqualTo(1);
            assertThat(live.messages().paused()).isEqualTo(16);
            assertThat(live.messages().longestHead()).isPresent();
            assertThat(operations.memory().usedBytes()).isPositive();
        }

        @Test
        void remembersWhoHadAMessageWhen() {
            MessageId one = lane.appendWithCallback(ANN, "one");
            lane.retryIn(lane.take(), Duration.ofHours(1));
            lane.makeDue(ANN);
            lane.take();
            lane.makeDue(ANN);
            Claim third = lane.take();
            assertThat(outcomes(one)).containsExactly("retry", "lapsed", "running");
            lane.fail(third);
            lane.lanes.settle(lane.claim(Lane.CALLBACKS, 1).getFirst(), new Verdict.Undeliverable("410"));
            assertThat(outcomes(one)).containsExactly("retry", "lapsed", "failed");
            lane.age(one, Duration.ofHours(3));
            Instant died = lane.record(one).finishedAt().orElseThrow();
            operations.redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, false);
            lane.drain();

            assertThat(outcomes(one)).containsExactly("retry", "lapsed", "failed", "completed");
            Timeline timeline = operations.timeline(one).orElseThrow();
            assertThat(timeline.calls().getFirst().detail()).isEqualTo("worker_busy: full");
            assertThat(timeline.calls().get(2).endedAt())
                    .as("when it failed, not when it was redriven")
                    .contains(died);
            assertThat(lane.record(one).waitsSince())
                    .as("since the redrive: the hours of death are no waiting")
                    .isAfter(died.plus(Duration.ofHours(1)));
            assertThat(timeline.calls()).allSatisfy(call -> {
                assertThat(call.holder()).isEqualTo(LaneFixture.DISPATCHER);
                assertThat(call.endedAt().orElseThrow()).isAfterOrEqualTo(call.startedAt());
            });
        }

        @Test
        void keepsTheLatestTwentyAttempts() {
            MessageId one = lane.append(ANN, "one");
            for (int i = 0; i < 30; i++) {
                lane.retryIn(lane.take(), Duration.ofHours(1));
                lane.makeDue(ANN);
            }
            assertThat(outcomes(one)).hasSize(20);
            assertThat(lane.record(one).attempts()).isEqualTo(30);
        }

        @Test
        void keepsARecordOfWhatOperatorsDid() {
            operations.log("ops", "pause", "@acme", 1, "moving");
            operations.log("ops", "resume", "@acme", 1, "");
            List<Action> latest = operations.actions(/* before= */ "", 1);
            assertThat(latest).singleElement().satisfies(action -> {
                assertThat(action.what()).isEqualTo("resume");
                assertThat(action.who()).isEqualTo("ops");
            });
            assertThat(operations.actions(latest.getFirst().id(), 10))
                    .singleElement()
                    .satisfies(action -> assertThat(action.detail()).isEqualTo("moving"));
        }

        private Duration longestStanding(Lane of) {
            return operations.longestStanding(of, operations.live()).orElseThrow();
        }

        private List<String> outcomes(MessageId id) {
            return operations.timeline(id).orElseThrow().calls().stream()
                    .map(Timeline.Attempt::outcome)
                    .toList();
        }

        private List<QueueState> only(QueueFilter.Only only) {
            return operations
                    .queues(
                            Lane.MESSAGES,
                            new QueueFilter(only, Duration.ZERO, Duration.ZERO, ""),
                            Optional.empty(),
                            100)
                    .items();
        }

        private static QueueFilter part(String part) {
            return new QueueFilter(QueueFilter.Only.ANY, Duration.ZERO, Duration.ZERO, part);
        }
    }

    @Nested
    class Erasing {

        private static final Conversation GROUP = Conversation.ofGroup("acme", "family", Optional.empty());

        @Test
        void leavesNoKeyWithAUsersContentWhateverStateItIsIn() {
            MessageId done = lane.appendWithCallback(ANN, "secret done");
            lane.answer(lane.take());
            MessageId streamed = lane.append(ANN, "secret streamed");
            lane.lanes.find(streamed, Watching.FRAMES);
            Claim told = lane.take();
            lane.say(told, 1, "secret frame");
            lane.answer(told, "{\"responses\":[\"secret " + "x".repeat(300_000) + "\"]}");
            lane.dead(ANN, "secret dead " + "x".repeat(20_000));
            lane.append(GROUP, "secret in a group");
            // Half a character was accepted once, and no erasure of the org's came past it.
            MessageId others = lane.append(
                    GROUP,
                    "theirs",
                    new Envelope(
                            "acme",
                            "bob",
                            "web",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(new ObjectMapper().createObjectNode().put("a", "\ud800")),
                            Optional.empty(),
                            Optional.empty()));
            lane.append(ANN, "secret delayed");
            lane.append(ANN, "secret waiting " + "x".repeat(20_000));
            lane.append(BOB, "bob's", LaneFixture.envelope("acme", "bob", Optional.empty()));
            operations.pause(new Scope.One(ANN), "ops", "");
            lane.lanes.turns(ANN, Optional.empty());

            Set<String> before = lane.keys();
            Erased wouldBe = operations.erase("acme", "ann", /* dryRun= */ true);
            assertThat(lane.keys()).isEqualTo(before);

            Erased erased = operations.erase("acme", "ann", false);
            assertThat(wouldBe.messages()).isEqualTo(erased.messages());

            assertThat(erased.messages()).isEqualTo(6);
            assertThat(erased.waiting()).isEqualTo(3);
            assertThat(lane.lanes.find(done, Watching.NOTHING)).isEmpty();
            assertThat(traces("secret")).isEmpty();
            assertThat(traces("ann")).isEmpty();
            assertThat(traces("xxxx")).isEmpty();
            assertThat(lane.record(others).state()).isEqualTo(MessageState.QUEUED);
            assertThat(lane.drain()).containsExactlyInAnyOrder("theirs", "bob's");
            assertThat(lane.lanes.totals().cancelled()).isEqualTo(3);
            assertThat(operations.erase("acme", "ann", false)).isEqualTo(new Erased(0, 0, 0, 0));
        }

        @Test
        void fencesARunningMessageOff() {
            lane.append(ANN, "secret");
            Claim running = lane.take();

            assertThat(operations.erase("acme", "ann", false).running()).isEqualTo(1);

            assertThat(lane.answer(running)).as("the holder's answer").isFalse();
            assertThat(traces("secret")).isEmpty();
            assertThat(traces("ann"))
                    .as("only the mark that keeps the next call from overlapping")
                    .containsExactly("broker:{p%02d}:doubt:messages:user:acme:ann".formatted(ANN.partition(16)));
        }

        /** All keys whose name or content has the text. */
        private Set<String> traces(String text) {
            Set<String> traces = new HashSet<>();
            for (String key : lane.keys()) {
                if (key.contains(text) || contentOf(key).contains(text)) {
                    traces.add(key);
                }
            }
            return traces;
        }

        private String contentOf(String key) {
            return switch (lane.redis.call(commands -> commands.type(key))) {
                case "string" -> new String(lane.redis.get(key), UTF_8);
                case "hash" ->
                    lane.redis.call(commands -> commands.hgetall(key)).entrySet().stream()
                            .map(field -> field.getKey() + "=" + new String(field.getValue(), UTF_8))
                            .toList()
                            .toString();
                case "zset" ->
                    lane.redis.call(commands -> commands.zrange(key, 0, -1)).stream()
                            .map(member -> new String(member, UTF_8))
                            .toList()
                            .toString();
                case "list" ->
                    lane.redis.call(commands -> commands.lrange(key, 0, -1)).stream()
                            .map(member -> new String(member, UTF_8))
                            .toList()
                            .toString();
                case "stream" ->
                    lane.redis.call(commands -> commands.xrange(key, Range.unbounded())).stream()
                            .flatMap(entry -> entry.getBody().values().stream())
                            .map(value -> new String(value, UTF_8))
                            .toList()
                            .toString();
                default -> throw new AssertionError("type of " + key);
            };
        }
    }
}
