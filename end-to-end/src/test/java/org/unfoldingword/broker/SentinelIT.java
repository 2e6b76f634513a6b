package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on a master that sentinels watch, and that dies. */
class SentinelIT {

    /** No process of the broker dies here. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final Duration SENDING = Duration.ofSeconds(15);

    @TempDir
    Path data;

    private final ChaosHistory history = new ChaosHistory();
    private final ChaosWorker worker = new ChaosWorker(history, /* dispatchers= */ 1, /* hangMillis= */ 0);
    private final ChaosReceiver receiver = new ChaosReceiver(history, /* hangMillis= */ 0);
    private final List<BrokerProcess> processes = new ArrayList<>();
    private RedisServers redis;

    @AfterEach
    void stop() {
        processes.forEach(BrokerProcess::close);
        receiver.close();
        worker.close();
        redis.close();
    }

    @Test
    void losesNothingWithTheMasterIfItWaitsForTheReplica() throws InterruptedException {
        redis = RedisServers.watched(data);
        launch("ingest-api");
        launch("dispatcher");
        launch("callback-deliverer");
        processes.forEach(BrokerProcess::awaitReady);
        int master = redis.masters().getFirst();
        List<Integer> ingest = List.of(processes.getFirst().port());
        try (ChaosUsers users = new ChaosUsers(history, ingest, receiver.url(), /* seed= */ 1)) {
            users.send(/* users= */ 40, /* each= */ 12, SENDING);
            Thread.sleep(SENDING.dividedBy(3));
            long fromNanos = System.nanoTime();
            redis.kill(master);
            await("a new master")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> redis.masters().size() == 1);
            redis.revive(master);
            history.add(new ChaosHistory.Fault(
                    "kill master", ChaosHistory.Victim.REDIS, 0, /* process= */ false, fromNanos, System.nanoTime()));
            users.awaitEnd();
        }

        ChaosReport report = ChaosChecker.check(history, LEASE);
        JsonNode audit = processes.getFirst().client().audit();
        System.out.println(report.text("a master died, sentinels named another"));
        assertThat(report.findings()).as(report.text("a master died")).isEmpty();
        assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
    }

    private void launch(String command) {
        processes.add(BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redis.sentinelUrl())
                .with("BROKER_REDIS_DURABILITY", "replicated")
                .with("WORKER_BASE_URL", worker.url(0))
                .with("BROKER_LEASE", LEASE.toSeconds() + "s")
                .launch());
    }
}
