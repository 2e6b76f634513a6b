package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on a Redis Cluster of three masters and their replicas, while it changes under it. */
class ClusterIT {

    /** No process of the broker dies here. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final int USERS = 40;
    private static final int EACH = 12;
    private static final Duration SENDING = Duration.ofSeconds(15);

    @TempDir
    Path data;

    private final ChaosHistory history = new ChaosHistory();
    private final ChaosWorker worker = new ChaosWorker(history, /* dispatchers= */ 2, /* hangMillis= */ 0);
    private final ChaosReceiver receiver = new ChaosReceiver(history, /* hangMillis= */ 0);
    private final List<BrokerProcess> processes = new ArrayList<>();
    private RedisServers redis;

    @BeforeEach
    void startRedis() {
        redis = RedisServers.cluster(data);
    }

    @AfterEach
    void stop() {
        processes.forEach(BrokerProcess::close);
        receiver.close();
        worker.close();
        redis.close();
    }

    /**
     * Without waiting for replicas, what the last moment before the master's death had written may be gone with it. The dead one stays
     * away: whoever still believed in it would wait for ever.
     */
    @Test
    void goesOnWhenAMasterDies() throws InterruptedException {
        start("local");

        ChaosReport report = during("kill master", this::killMaster);

        assertThat(report.findings())
                .as(report.text("a master died for good"))
                .allMatch(finding -> finding.startsWith("lost:"));
        assertThat(report.findings().size()).isLessThan(USERS);
    }

    @Test
    void losesNothingWithAMasterThatDiesIfItWaitsForReplicas() throws InterruptedException {
        start("replicated");

        // It comes back as a replica: whoever waits for replicas needs one.
        ChaosReport report = during("kill master", () -> redis.revive(killMaster()));

        assertThat(report.findings()).as(report.text("a master died")).isEmpty();
    }

    @Test
    void losesNothingWhileSlotsMove() throws InterruptedException {
        start("local");

        ChaosReport report = during("move slots", () -> {
            List<Integer> masters = redis.masters();
            redis.reshard(masters.get(0), masters.get(1), /* slots= */ 5461);
            redis.awaitCluster();
        });

        assertThat(report.findings()).as(report.text("slots moved")).isEmpty();
    }

    /** Returns when its replica has taken over. */
    private int killMaster() {
        int master = redis.masters().getFirst();
        redis.kill(master);
        redis.awaitCluster();
        return master;
    }

    private void start(String durability) {
        launch("ingest-api", 0, durability);
        launch("dispatcher", 0, durability);
        launch("dispatcher", 1, durability);
        launch("callback-deliverer", 0, durability);
        processes.forEach(BrokerProcess::awaitReady);
    }

    private ChaosReport during(String kind, Runnable fault) throws InterruptedException {
        List<Integer> ingest = List.of(processes.getFirst().port());
        try (ChaosUsers users = new ChaosUsers(history, ingest, receiver.url(), /* seed= */ 1)) {
            users.send(USERS, EACH, SENDING);
            Thread.sleep(SENDING.dividedBy(3));
            long fromNanos = System.nanoTime();
            fault.run();
            history.add(new ChaosHistory.Fault(
                    kind, ChaosHistory.Victim.REDIS, 0, /* process= */ false, fromNanos, System.nanoTime()));
            users.awaitEnd();
        }
        ChaosReport report = ChaosChecker.check(history, LEASE);
        JsonNode audit = processes.getFirst().client().audit();
        System.out.println(report.text(kind));
        // Also what was lost with a master is gone from all books alike.
        assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
        return report;
    }

    private void launch(String command, int dispatcher, String durability) {
        processes.add(BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redis.clusterUrl())
                .with("BROKER_REDIS_DURABILITY", durability)
                .with("WORKER_BASE_URL", worker.url(dispatcher))
                .with("BROKER_LEASE", LEASE.toSeconds() + "s")
                .launch());
    }
}
