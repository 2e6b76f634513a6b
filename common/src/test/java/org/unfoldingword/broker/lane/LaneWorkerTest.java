package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** The loops that work on a lane, on a real redis-server. Sweeps are an hour apart unless a test is about them. */
class LaneWorkerTest {

    private final BlockingQueue<MessageId> handled = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    /** The verdicts that stood. */
    private final BlockingQueue<String> settled = new LinkedBlockingQueue<>();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong stoodStillNanos = new AtomicLong();
    private Lanes lanes;
    private LaneWorker worker;
    /** One for each claim that has begun. */
    private final Semaphore claims = new Semaphore(0);
    /** The next claim waits for it. */
    private volatile CountDownLatch beforeClaim = new CountDownLatch(0);
    /** How long it stands still in each claim. */
    private volatile Duration standStill = Duration.ZERO;

    @BeforeEach
    void open() {
        lanes = lanes(Map.of("broker.lane.lease", "2h", "broker.lane.sweep", "1h"));
        worker = worker(lanes, 10);
    }

    @AfterEach
    void close() {
        goOn.countDown();
        worker.stop(Duration.ofSeconds(5));
        lanes.close();
    }

    /**
     * A feeder that took a token did not tell the listener, which slept on until some other entry ended: while one user's call
     * went on for 9 s, the next user waited for it, though 255 places were free.
     */
    @Test
    void wakesForANewcomerWhileAnotherCallGoesOn() throws InterruptedException {
        worker.start();
        for (int user = 0; user < 5; user++) {
            MessageId id = append("user" + user);
            assertThat(handled.poll(20, TimeUnit.SECONDS)).isEqualTo(id);
        }
    }

    @Test
    void takesNoMoreThanItHasPlacesFor() throws InterruptedException {
        worker.stop(Duration.ZERO);
        worker = worker(lanes, 2);
        worker.start();
        for (int user = 0; user < 4; user++) {
            append("user" + user);
        }
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(lanes.totals().running()).isEqualTo(2);
        goOn.countDown();
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void findsWhatIsDueWithEveryTokenLost() throws InterruptedException {
        lanes.close();
        lanes = lanes(Map.of("broker.lane.lease", "1s", "broker.lane.sweep", "200ms"));
        worker = worker(lanes, 10);
        worker.start();
        MessageId first = append("first");
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isEqualTo(first);
        // As if its token had been taken by a process that died with it in hand.
        Redis redis = lanes.redis();
        MessageId id = append("second");
        redis.call(commands -> commands.del(lanes.keyspace().wake(Lane.MESSAGES, id.partition())));
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isEqualTo(id);
    }

    /** Only claims with room said that the holder lives: one that was full, or whose circuit was open, soon counted as dead. */
    @Test
    void saysThatItLivesWhileItHasNoRoom() throws InterruptedException {
        lanes.close();
        lanes = lanes(Map.of("broker.lane.lease", "1s", "broker.lane.sweep", "200ms"));
        worker = worker(lanes, 1);
        worker.start();
        append("only");
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
        String holders = lanes.keyspace().block(Lane.MESSAGES, 0).stream()
                .filter(key -> key.endsWith(":holders:messages"))
                .findFirst()
                .orElseThrow();
        Redis redis = lanes.redis();
        redis.call(commands -> commands.del(holders));
        await().until(() -> lanes.totals().dispatchers().containsKey("holder"));
    }

    @Test
    void endsWhatCannotBeReadAndTakesWhatIsBehindIt() throws InterruptedException {
        MessageId spoilt = message("ann").with(LaneFixture.tooDeep()).appendTo(lanes);
        MessageId next = append("ann");

        worker.start();

        assertThat(handled.poll(20, TimeUnit.SECONDS)).isEqualTo(next);
        assertThat(state(spoilt)).isEqualTo(MessageState.FAILED);
    }

    @Test
    void leavesTheListOfLivingHoldersWhenItStops() {
        worker.start();
        await().until(() -> lanes.totals().dispatchers().containsKey("holder"));
        worker.stop(Duration.ofSeconds(5));
        assertThat(lanes.totals().dispatchers()).isEmpty();
    }

    /**
     * A process that stood still between its claim and its call went on, when it was let, with what another had long done: a second
     * call beside the other's next one.
     */
    @Test
    void callsNobodyForAnEntryWhoseLeaseEndedWhileItStoodStill() {
        standStill = Duration.ofHours(3);
        worker.start();
        append("ann");

        await().until(() ->
                meters.counter("broker.lane.leases.lost", "lane", "messages").count() > 0);
        assertThat(handled).isEmpty();
    }

    /** The counter was there only from the first loss on, at 1: nothing that looks for growth saw that one. */
    @Test
    void tellsFromTheStartThatItHasLostNothing() {
        assertThat(meters.get("broker.lane.leases.lost")
                        .tag("lane", "messages")
                        .counter()
                        .count())
                .isZero();
        assertThat(meters.get("broker.lane.faults")
                        .tag("lane", "messages")
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void doesNotCountAnErasedMessageAsALostLease() throws InterruptedException {
        worker.start();
        append("ann");
        append("bob");
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isNotNull();

        assertThat(new Operations(lanes).erase("acme", "ann", false).running()).isEqualTo(1);
        goOn.countDown();
        worker.stop(Duration.ofSeconds(20));

        assertThat(meters.counter("broker.lane.settled", "lane", "messages", "verdict", "completed")
                        .count())
                .isEqualTo(1);
        assertThat(meters.counter("broker.lane.leases.lost", "lane", "messages").count())
                .isZero();
        assertThat(settled).containsExactly("completed");
    }

    /**
     * A claim that was under way when the process was told to stop brought entries to one that had stopped: nobody kept their
     * leases, their calls were broken off with the process, and the next dispatcher made them again.
     */
    @Test
    void waitsForTheClaimThatIsUnderWayWhenItStops() throws Exception {
        MessageId id = append("ann");
        CountDownLatch claim = new CountDownLatch(1);
        beforeClaim = claim;
        goOn.countDown();
        worker.start();
        claims.acquire();

        CompletableFuture<MessageState> stateWhenStopped = new CompletableFuture<>();
        Thread stopping = Thread.startVirtualThread(() -> {
            worker.stop(Duration.ofSeconds(20));
            stateWhenStopped.complete(state(id));
        });
        await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING || stateWhenStopped.isDone());
        claim.countDown();

        assertThat(stateWhenStopped.get(20, TimeUnit.SECONDS)).isEqualTo(MessageState.COMPLETED);
        assertThat(lanes.totals().running()).isZero();
    }

    /**
     * A token that a process had in hand when it was told to stop was passed on once all its calls had ended: the next user's message
     * waited for another's long call, though other dispatchers were idle.
     */
    @Test
    void passesOnTheTokensInItsHandAsSoonAsItStops() throws InterruptedException {
        CountDownLatch claim = new CountDownLatch(1);
        beforeClaim = claim;
        worker.start();
        claims.acquire();
        // The feeder is busy, so the next token stays in the worker's hand.
        MessageId waiting = append("ann");
        String wake = lanes.keyspace().wake(Lane.MESSAGES, waiting.partition());
        await().until(() -> lanes.redis().call(commands -> commands.exists(wake)) == 0);

        Thread stopping = Thread.startVirtualThread(() -> worker.stop(Duration.ofHours(1)));

        await().until(() -> lanes.redis().call(commands -> commands.exists(wake)) == 1);
        claim.countDown();
        goOn.countDown();
        stopping.join();
    }

    private LaneWorker worker(Lanes on, int places) {
        LaneHandler handler = new LaneHandler() {
            @Override
            public Verdict handle(Held held) {
                handled.add(held.claim().lease().id());
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new Verdict.Answered("{\"responses\":[]}".getBytes(UTF_8));
            }

            /** Asked right before a claim. */
            @Override
            public String state() {
                CountDownLatch mine = beforeClaim;
                beforeClaim = new CountDownLatch(0);
                claims.release();
                try {
                    mine.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                stoodStillNanos.addAndGet(standStill.toNanos());
                return "ok";
            }

            @Override
            public void settled(Claim claim, Verdict verdict, Duration sinceClaim) {
                settled.add(verdict.word());
            }

            @Override
            public Verdict afterFault(Held held, RuntimeException fault) {
                throw new AssertionError(fault);
            }
        };
        return new LaneWorker(
                on, Lane.MESSAGES, "holder", places, handler, () -> System.nanoTime() + stoodStillNanos.get(), meters);
    }

    private MessageState state(MessageId id) {
        return lanes.find(id, Watching.NOTHING).orElseThrow().record().state();
    }

    private MessageId append(String user) {
        return message(user).appendTo(lanes);
    }

    private static TestMessage message(String user) {
        Conversation conversation = Conversation.ofUser("acme", user);
        return TestMessage.to(conversation, "{}").with(LaneFixture.envelope("acme", user, Optional.empty()));
    }

    private static Lanes lanes(Map<String, String> settings) {
        return LaneFixture.open(TestRedis.emptied().properties(), settings);
    }
}
