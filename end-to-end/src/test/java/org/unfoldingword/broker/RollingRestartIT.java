package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** A deployment: every process is asked to end and replaced, one after the other, while users send and calls take a second. */
class RollingRestartIT {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SENDING = Duration.ofSeconds(30);
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
        plan("ingest-api", 0);
        plan("ingest-api", 0);
        plan("dispatcher", 0);
        plan("dispatcher", 1);
        plan("callback-deliverer", 0);
        plan("callback-deliverer", 0);
        plans.forEach(plan -> processes.add(plan.launch()));
        processes.forEach(BrokerProcess::awaitReady);
        List<Integer> ingests =
                List.of(processes.get(0).port(), processes.get(1).port());
        try (ChaosUsers users = new ChaosUsers(history, ingests, receiver.url(), /* seed= */ 1)) {
            users.send(USERS, EACH, SENDING);
            for (int i = 0; i < plans.size(); i++) {
                BrokerProcess old = processes.get(i);
                old.terminate();
                assertThat(old.awaitExit()).as(old.told()).isZero();
                processes.set(i, plans.get(i).start());
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

    private void plan(String command, int dispatcher) {
        plans.add(BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url(dispatcher))
                .with("BROKER_LEASE", LEASE.toSeconds() + "s"));
    }
}
