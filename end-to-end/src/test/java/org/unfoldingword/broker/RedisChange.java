package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A broker with two dispatchers on several redis-servers, to which something happens while users send. */
final class RedisChange implements AutoCloseable {

    /** No process of the broker dies here. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    static final int USERS = 40;
    private static final int EACH = 12;
    private static final Duration SENDING = Duration.ofSeconds(12);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChaosHistory history = new ChaosHistory();
    private final ChaosWorker worker = new ChaosWorker(history, /* dispatchers= */ 2, /* hangMillis= */ 0);
    private final ChaosReceiver receiver = new ChaosReceiver(history, /* hangMillis= */ 0);
    private final BrokerProcess broker;
    private final BrokerProcess dispatcher;

    /** @param durability what an acknowledgement waits for: {@code local} or {@code replicated} */
    RedisChange(String redisUrl, String durability, Path data) {
        broker = plan("start", /* dispatcher= */ 0, redisUrl, durability)
                .with("BROKER_DATA_DIR", data.resolve("broker"))
                .launch();
        dispatcher = plan("dispatcher", 1, redisUrl, durability).launch();
        broker.awaitReady();
        dispatcher.awaitReady();
    }

    private BrokerProcess.Plan plan(String command, int dispatcher, String redisUrl, String durability) {
        return BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("BROKER_REDIS_DURABILITY", durability)
                .with("WORKER_BASE_URL", worker.url(dispatcher))
                .with("BROKER_LEASE", LEASE.toSeconds() + "s");
    }

    /** Once users have sent a third of what they will, it happens. Its report, when all is over and the books are in order. */
    ChaosReport during(String kind, Runnable change) {
        try (ChaosUsers users = new ChaosUsers(history, List.of(broker.port()), receiver.url(), /* seed= */ 1)) {
            users.send(USERS, EACH, SENDING);
            await().atMost(PATIENCE).until(() -> history.accepted().size() >= USERS * EACH / 3);
            long fromNanos = System.nanoTime();
            change.run();
            history.add(new ChaosHistory.Fault(
                    kind, ChaosHistory.Victim.REDIS, 0, /* process= */ false, fromNanos, System.nanoTime()));
            users.awaitEnd();
        }
        ChaosReport report = ChaosChecker.check(history, LEASE);
        JsonNode audit = broker.client().audit();
        System.out.println(report.text(kind));
        // Also what was lost with a master is gone from all books alike.
        assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
        return report;
    }

    @Override
    public void close() {
        dispatcher.close();
        broker.close();
        receiver.close();
        worker.close();
    }
}
