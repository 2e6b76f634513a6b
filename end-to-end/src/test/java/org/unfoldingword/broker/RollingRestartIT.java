package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** A deployment: processes are asked to end and replaced, one after the other, while users send, wait and watch. */
class RollingRestartIT {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SENDING = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(25);
    /** As short as can be; a third of it is for calls. */
    private static final Duration HURRIED_STOP = Duration.ofSeconds(15);

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int USERS = 20;
    private static final int EACH = 10;

    private final String redisUrl = TestRedis.emptied().url();
    private final ChaosHistory history = new ChaosHistory();
    private final ChaosWorker worker = new ChaosWorker(history, /* dispatchers= */ 2, /* hangMillis= */ 0);
    private final ChaosReceiver receiver = new ChaosReceiver(history, /* hangMillis= */ 0);
    private final List<BrokerProcess.Plan> plans = new ArrayList<>();
    private final List<BrokerProcess> processes = new ArrayList<>();

    @AfterEach
    void stop() {
        processes.forEach(BrokerProcess::close);
        receiver.close();
        worker.close();
    }

    @Test
    void isNoticedByNobody() {
        // Each call says something each 200 ms, and takes a second.
        worker.be(ChaosWorker.Mood.DRIP);
        plan("ingest-api", worker.url(0), STOP);
        plan("ingest-api", worker.url(0), STOP);
        plan("dispatcher", worker.url(0), STOP);
        plan("dispatcher", worker.url(1), STOP);
        plan("callback-deliverer", worker.url(0), STOP);
        plan("callback-deliverer", worker.url(0), STOP);
        launch();
        List<Integer> ingests =
                List.of(processes.get(0).port(), processes.get(1).port());
        try (ChaosUsers users = new ChaosUsers(history, ingests, receiver.url(), /* seed= */ 1)) {
            users.send(USERS, EACH, SENDING);
            for (int i = 0; i < plans.size(); i++) {
                replace(i);
            }
            users.awaitEnd();

            ChaosReport report = ChaosChecker.check(history, LEASE);
            System.out.println(report.text("rolling restart"));
            assertThat(report.findings()).isEmpty();
            assertThat(report.repeatedCalls()).as("worker calls").isEmpty();
            assertThat(report.repeatedCallbacks()).as("callbacks").isEmpty();
            assertThat(users.refusals()).as("requests answered with an error").isZero();
        }
    }

    /** A call, a held request and a stream that take longer than a process has to stop, and nobody is told of an error. */
    @Test
    void handsOnWhatTakesLongerThanAStopMay() throws Exception {
        try (StubWorker slow = StubWorker.answeringWithin(20, 40)) {
            plan("ingest-api", slow.url(), HURRIED_STOP);
            plan("ingest-api", slow.url(), HURRIED_STOP);
            plan("dispatcher", slow.url(), HURRIED_STOP);
            launch();
            BrokerClient leaving = processes.get(0).client();
            BrokerClient staying = processes.get(1).client();
            CompletableFuture<BrokerClient.Answer> held = leaving.postLater(message("holds", StubWorker.HELD));
            Events stream = leaving.streamed(message("watches", "say 3 every 20 " + StubWorker.HELD));
            String asked = staying.post(message("asks", StubWorker.HELD), "Prefer", "respond-async")
                    .header("Location");
            stream.awaitFrames(/* count= */ 4);
            await("all are called").atMost(PATIENCE).until(() -> slow.running().size() == 3);

            replace(0);

            BrokerClient.Answer later = held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(later.status()).as("held request").isEqualTo(202);
            assertThat(stream.awaitEnd().faults()).isEmpty();
            Events rest = staying.stream(
                    "/api/v1/stream?user_id=watches&message_id=" + messageId(stream), "Last-Event-ID", stream.lastId());

            replace(2);

            await("the next dispatcher has tried").atMost(PATIENCE).until(() -> slow.refusals() >= 3);
            assertThat(slow.running()).as("turns that go on at the worker").hasSize(3);
            slow.release(/* messages= */ 6);
            for (String location : List.of(later.header("Location"), asked)) {
                assertThat(staying.get(location + "?wait=60")
                                .body()
                                .path("status")
                                .asText())
                        .as(location)
                        .isEqualTo("completed");
            }
            assertThat(rest.awaitEnd().faults()).isEmpty();
            assertThat(rest.milestones()).endsWith("done");
            assertThat(rest.all()).doesNotContainAnyElementsOf(stream.all());
            for (String user : List.of("holds", "watches", "asks")) {
                assertThat(slow.messagesOf(user)).as("turns of " + user).hasSize(2);
            }
            assertThat(slow.overlaps()).isZero();
            assertThat(staying.audit().path("clean").asBoolean()).isTrue();
        }
    }

    private static String messageId(Events stream) throws IOException {
        return new ObjectMapper()
                .readTree(stream.all().getFirst().data())
                .path("message_id")
                .asText();
    }

    private void launch() {
        plans.forEach(plan -> processes.add(plan.launch()));
        processes.forEach(BrokerProcess::awaitReady);
    }

    private void replace(int number) {
        BrokerProcess old = processes.get(number);
        old.terminate();
        assertThat(old.awaitExit()).as(old.told()).isZero();
        processes.set(number, plans.get(number).start());
    }

    private void plan(String command, String workerUrl, Duration stop) {
        plans.add(BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", workerUrl)
                .with("BROKER_STOP_WITHIN", stop.toSeconds() + "s")
                .with("BROKER_LEASE", LEASE.toSeconds() + "s"));
    }
}
