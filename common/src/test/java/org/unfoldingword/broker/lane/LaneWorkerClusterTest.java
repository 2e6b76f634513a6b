package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** The loops that work on a lane, on a cluster of which one master stands still. */
class LaneWorkerClusterTest {

    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    static Path data;

    private static TestCluster cluster;

    private final Set<MessageId> handled = ConcurrentHashMap.newKeySet();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Lanes lanes;
    private LaneWorker worker;
    /** A conversation of the first partition, whose master is the one that falls. */
    private Conversation fallen;
    /** One of a later partition, whose master stands. */
    private Conversation standing;

    @BeforeAll
    static void startCluster() {
        cluster = new TestCluster(data);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void open() {
        RedisProperties where = new RedisProperties(
                cluster.url(),
                /* commandTimeout= */ Duration.ofSeconds(2),
                /* patience= */ Duration.ofSeconds(1),
                Durability.LOCAL,
                /* replicationTimeout= */ Duration.ofSeconds(1));
        lanes = LaneFixture.open(
                where, Map.of("broker.lane.lease", LEASE.toMillis() + "ms", "broker.lane.sweep", "200ms"));
        lanes.redis().call(commands -> commands.flushall());
        fallen = conversationOf(0);
        standing = IntStream.range(1, lanes.properties().partitions())
                .filter(partition -> masterOf(partition) != masterOf(0))
                .mapToObj(this::conversationOf)
                .findFirst()
                .orElseThrow();
        worker = new LaneWorker(
                lanes, Lane.MESSAGES, "holder", 10, new Waiting(), System::nanoTime, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        cluster.thaw(masterOf(0));
        goOn.countDown();
        worker.stop(Duration.ofSeconds(5));
        lanes.close();
    }

    /**
     * A sweep ended at the first partition whose master did not answer, and was the next thing to do again: what came to any later
     * partition was not claimed at all until that master was back.
     */
    @Test
    void worksOnWhatTheOtherMastersHaveWhileOneIsAway() {
        worker.start();
        awaitHandled(append(standing));
        MessageId missed = append(fallen);
        awaitHandled(missed);
        cluster.freeze(masterOf(0));
        await("what is away is noticed").atMost(LONG).until(() -> !worker.healthy());

        awaitHandled(append(conversationBeside(standing)));

        cluster.thaw(masterOf(0));
        await("what is back is noticed").atMost(LONG).until(() -> worker.healthy());
        awaitHandled(append(conversationBeside(fallen)));
    }

    /**
     * The keeper went through the partitions in turn, and the first that did not answer ended its round: no lease of a later one was
     * extended while that master was away, and another process made the same calls again.
     */
    @Test
    void keepsTheLeasesOfTheOtherMastersWhileOneIsAway() {
        worker.start();
        MessageId kept = append(standing);
        awaitHandled(kept);
        awaitHandled(append(fallen));
        long leasedUntilMillis = leasedUntilMillis(standing);

        cluster.freeze(masterOf(0));

        await("the lease is extended again and again")
                .atMost(LONG)
                .until(() -> leasedUntilMillis(standing)
                        > leasedUntilMillis + LEASE.multipliedBy(4).toMillis());
        assertThat(lanes.find(kept, Watching.NOTHING).orElseThrow().record().lapses())
                .isZero();
    }

    /** With one master away nothing was counted at all: health said that Redis is gone, and every instance was taken out of service. */
    @Test
    void countsWhatTheOtherMastersHaveWhileOneIsAway() {
        append(standing);
        append(fallen);
        assertThat(lanes.live().away()).isZero();
        assertThat(lanes.totals().accepted()).isEqualTo(2);

        cluster.freeze(masterOf(0));

        Live live = lanes.live();
        assertThat(live.away()).isBetween(1, lanes.properties().partitions() - 1);
        assertThat(live.totals().accepted()).isEqualTo(1);
        assertThat(Memory.of(lanes.redis()).usedBytes()).isPositive();
    }

    /** One script for all partitions is refused on a cluster, so no process took leave: each counted as alive for half a minute. */
    @Test
    void takesLeaveOfACluster() {
        worker.start();
        await().atMost(LONG).until(() -> lanes.totals().dispatchers().containsKey("holder"));

        worker.stop(Duration.ofSeconds(5));

        assertThat(lanes.totals().dispatchers()).isEmpty();
    }

    private void awaitHandled(MessageId id) {
        await("the handler of " + id).atMost(LONG).until(() -> handled.contains(id));
    }

    private long leasedUntilMillis(Conversation conversation) {
        String later = "broker:{p%02d}:later:messages".formatted(partitionOf(conversation));
        return lanes.redis()
                .call(commands -> commands.zscore(later, Redis.utf8(conversation.name())))
                .longValue();
    }

    private static int masterOf(int partition) {
        return cluster.masterOf("{p%02d}".formatted(partition));
    }

    private int partitionOf(Conversation conversation) {
        return conversation.partition(lanes.properties().partitions());
    }

    private Conversation conversationOf(int partition) {
        return LaneFixture.inPartition(partition, "acme").findFirst().orElseThrow();
    }

    /** Another one of the same partition. */
    private Conversation conversationBeside(Conversation other) {
        return LaneFixture.inPartition(partitionOf(other), "acme")
                .skip(1)
                .findFirst()
                .orElseThrow();
    }

    private MessageId append(Conversation conversation) {
        return TestMessage.to(conversation, "{}").appendTo(lanes);
    }

    /** Is at it until the test ends. */
    private final class Waiting implements LaneHandler {

        @Override
        public Verdict handle(Held held) {
            handled.add(held.claim().lease().id());
            try {
                goOn.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            return new Verdict.Answered("{\"responses\":[]}".getBytes(UTF_8));
        }

        @Override
        public Verdict afterFault(Held held, RuntimeException fault) {
            throw new AssertionError(fault);
        }
    }
}
