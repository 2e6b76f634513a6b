package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** The services as in production: processes that share nothing but one Redis. */
class SplitIT {

    /** Of each dispatcher and each deliverer. */
    private static final int PLACES = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String redisUrl = TestRedis.emptied().url();
    private final StubWorker worker = StubWorker.answeringWithin(20, 60);
    private final CallbackReceiver receiver = CallbackReceiver.start();
    private final Conversations conversations = new Conversations(worker, receiver);
    private final Deque<BrokerProcess> processes = new ArrayDeque<>();

    @AfterEach
    void close() {
        processes.forEach(BrokerProcess::close);
        receiver.close();
        worker.close();
    }

    @Test
    void sharesTheWorkAmongAllProcessesAndKeepsTheOrder() {
        BrokerProcess ingest = launch("ingest-api");
        BrokerProcess one = launch("dispatcher");
        BrokerProcess other = launch("dispatcher");
        BrokerProcess oneDeliverer = launch("callback-deliverer");
        BrokerProcess otherDeliverer = launch("callback-deliverer");
        processes.forEach(BrokerProcess::awaitReady);

        receiver.answerOnceTogether(2 * PLACES);
        for (int user = 0; user < 3 * PLACES; user++) {
            conversations.send(ingest.client(), "user-" + user, texts("held", 8));
        }
        // Neither can get so far alone: not the dispatchers here, nor the deliverers at the receiver.
        await("both dispatchers are full")
                .atMost(PATIENCE)
                .until(() -> worker.running().size() == 2 * PLACES);
        worker.release(3 * PLACES * 8);

        conversations.assertAnsweredInOrder();
        assertThat(conversations.repeated()).isEmpty();
        assertThat(List.of(attempts(one), attempts(other))).doesNotContain(0L);
        assertThat(List.of(deliveries(oneDeliverer), deliveries(otherDeliverer)))
                .doesNotContain(0L);
    }

    @Test
    void goesOnInOrderWhenADispatcherDiesInMidCall() {
        BrokerProcess ingest = launch("ingest-api");
        BrokerProcess dying = launch("dispatcher");
        launch("callback-deliverer");
        processes.forEach(BrokerProcess::awaitReady);
        for (int user = 0; user < 4; user++) {
            conversations.send(ingest.client(), "user-" + user, List.of("held", "next", "last"));
        }
        await().atMost(PATIENCE).until(() -> worker.running().size() == 4);
        BrokerProcess living = launch("dispatcher").awaitReady();

        dying.kill();
        // The turns of the dead one go on in the worker, which refuses a second one beside each.
        await("the other tries").atMost(PATIENCE).until(() -> attempts(living) > 0);
        worker.release(8);

        conversations.assertAnsweredInOrder();
        assertThat(conversations.repeated())
                .containsExactlyInAnyOrder("user-0 held", "user-1 held", "user-2 held", "user-3 held");
    }

    private BrokerProcess launch(String command) {
        BrokerProcess process = BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url())
                .with("BROKER_LEASE", "2s")
                // Less than there are users, so that one alone cannot take all.
                .with("BROKER_DISPATCHER_CONCURRENCY", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCY", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCYPERORG", PLACES)
                .with("BROKER_CALLBACK_CONCURRENCYPERORIGIN", PLACES)
                .launch();
        processes.add(process);
        return process;
    }

    private static long attempts(BrokerProcess dispatcher) {
        return count(dispatcher, "attempt message_id=");
    }

    private static long deliveries(BrokerProcess deliverer) {
        return count(deliverer, "callback message_id=");
    }

    private static long count(BrokerProcess process, String words) {
        return process.err().stream().filter(line -> line.contains(words)).count();
    }

    private static List<String> texts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }
}
