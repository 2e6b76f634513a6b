package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** The services as in production: processes that share nothing but one Redis. Each test has dispatchers and users of its own. */
class SplitIT {

    /** Of each dispatcher and each deliverer. */
    private static final int PLACES = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static String redisUrl;
    private static StubWorker worker;
    private static CallbackReceiver receiver;
    private static BrokerProcess ingest;
    private static List<BrokerProcess> deliverers;

    private final Deque<BrokerProcess> dispatchers = new ArrayDeque<>();
    private final Conversations conversations = new Conversations(worker, receiver);

    @BeforeAll
    static void start() {
        redisUrl = TestRedis.emptied().url();
        worker = StubWorker.answeringWithin(20, 60);
        receiver = new CallbackReceiver();
        ingest = launch("ingest-api");
        deliverers = List.of(launch("callback-deliverer"), launch("callback-deliverer"));
        ingest.awaitReady();
        deliverers.forEach(BrokerProcess::awaitReady);
    }

    @AfterAll
    static void stop() {
        deliverers.forEach(BrokerProcess::close);
        ingest.close();
        receiver.close();
        worker.close();
    }

    @AfterEach
    void stopDispatchers() {
        dispatchers.forEach(BrokerProcess::close);
    }

    @Test
    void sharesTheWorkAmongAllProcessesAndKeepsTheOrder() {
        Stream.generate(this::dispatcher).limit(2).toList().forEach(BrokerProcess::awaitReady);

        receiver.answerOnceTogether(2 * PLACES);
        for (int user = 0; user < 3 * PLACES; user++) {
            conversations.send(ingest.client(), "sharing-" + user, texts("held", 8));
        }
        // Neither can get so far alone: not the dispatchers here, nor the deliverers at the receiver.
        await("both dispatchers are full")
                .atMost(PATIENCE)
                .until(() -> worker.running().size() == 2 * PLACES);
        worker.release(3 * PLACES * 8);

        conversations.assertAnsweredInOrder();
        assertThat(conversations.repeated()).isEmpty();
    }

    @Test
    void goesOnInOrderWhenADispatcherDiesInMidCall() {
        BrokerProcess dying = dispatcher().awaitReady();
        for (int user = 0; user < 4; user++) {
            conversations.send(ingest.client(), "bereft-" + user, List.of("held", "next", "last"));
        }
        await().atMost(PATIENCE).until(() -> worker.running().size() == 4);
        BrokerProcess living = dispatcher().awaitReady();

        dying.kill();
        // The turns of the dead one go on in the worker, which refuses a second one beside each.
        await("the other tries").atMost(PATIENCE).until(() -> living.err().stream()
                .anyMatch(line -> line.contains("attempt message_id=")));
        worker.release(8);

        conversations.assertAnsweredInOrder();
        assertThat(conversations.repeated())
                .containsExactlyInAnyOrder("bereft-0 held", "bereft-1 held", "bereft-2 held", "bereft-3 held");
    }

    private BrokerProcess dispatcher() {
        BrokerProcess dispatcher = launch("dispatcher");
        dispatchers.add(dispatcher);
        return dispatcher;
    }

    private static BrokerProcess launch(String command) {
        return BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url())
                .with("BROKER_LEASE", "2s")
                // Less than there are users, so that one alone cannot take all.
                .with("BROKER_DISPATCHER_CONCURRENCY", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCY", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCYPERORG", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCYPERORIGIN", PLACES)
                .launch();
    }

    private static List<String> texts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }
}
