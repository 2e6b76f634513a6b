package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was accepted survives every end of the process (invariants I1 to I3). */
class CrashIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int USERS = 10;
    private static final int MESSAGES = 5;
    /** A call that a stop waits for, as it is by default. */
    private static final String FIVE_SECONDS = "say 50 every 100";

    @TempDir
    Path data;

    private final StubWorker worker = StubWorker.answeringWithin(200, 400);
    private final CallbackReceiver receiver = new CallbackReceiver();
    private final Conversations conversations = new Conversations(worker, receiver);

    @AfterEach
    void close() {
        receiver.close();
        worker.close();
    }

    @ParameterizedTest(name = "and of its Redis: {0}")
    @ValueSource(booleans = {false, true})
    void answersEverythingInOrderAfterTheDeathOfTheProcess(boolean redisToo) {
        BrokerProcess.Plan plan = plan().with("BROKER_LEASE", "2s");
        try (BrokerProcess first = plan.start()) {
            for (int user = 0; user < USERS; user++) {
                conversations.send(first.client(), "user-" + user, texts());
            }
            await().atMost(PATIENCE)
                    .until(() -> worker.calls().size() > USERS + 2
                            && !worker.running().isEmpty());
            first.kill();
            assertThat(first.redis()).as("the embedded Redis, a daemon").isPresent();
            if (redisToo) {
                first.killRedis();
            }
            assertThat(worker.calls()).as("work is left").hasSizeLessThan(USERS * MESSAGES);

            try (BrokerProcess second = plan.start()) {
                conversations.assertAnsweredInOrder();
                // Only the one message of a conversation that ran when the process died may run again.
                assertThat(conversations.repeated()).as(second.told()).hasSizeLessThanOrEqualTo(USERS);
            }
        }
    }

    @Test
    void finishesTheRunningCallWhenAskedToEndAndRepeatsNothingLater() {
        BrokerProcess.Plan plan = plan();
        try (BrokerProcess first = plan.start()) {
            BrokerClient client = first.client();
            conversations.send(client, "user", List.of(FIVE_SECONDS, "waiting-1", "waiting-2"));
            await().atMost(PATIENCE).until(() -> worker.running().size() == 1);

            first.terminate();
            await("no more requests").atMost(PATIENCE).until(() -> !client.isServing());

            assertThat(first.awaitExit()).as(first.told()).isZero();
            assertThat(first.redis()).isEmpty();
            assertThat(worker.running()).isEmpty();
        }

        try (BrokerProcess second = plan.start()) {
            conversations.assertAnsweredInOrder();
            assertThat(conversations.repeated()).as(second.told()).isEmpty();
        }
    }

    private BrokerProcess.Plan plan() {
        return BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", data).with("WORKER_BASE_URL", worker.url());
    }

    private static List<String> texts() {
        return IntStream.range(0, MESSAGES).mapToObj(i -> "text-" + i).toList();
    }
}
