package org.unfoldingword.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.unfoldingword.broker.ChaosHistory.Victim;

/**
 * Users send messages through the broker while one fault after the other befalls it; then everything is to be as if there had been
 * none. Clients do as they should: what was not acknowledged they send again, under the same idempotency key.
 */
final class ChaosRun implements AutoCloseable {

    private static final int INGESTS = 2;
    private static final int DISPATCHERS = 3;
    private static final int DELIVERERS = 2;
    /** Of a fault and the pause after it, about. */
    private static final Duration EACH = Duration.ofMillis(4500);

    private static final Duration WORKER_SILENCE = Duration.ofSeconds(2);
    private static final Duration CALLBACK_TIMEOUT = Duration.ofSeconds(2);

    private final Settings settings;
    private final ChaosHistory history = new ChaosHistory();
    private final ChaosWorker worker =
            new ChaosWorker(history, DISPATCHERS, WORKER_SILENCE.plusSeconds(1).toMillis());
    private final ChaosReceiver receiver =
            new ChaosReceiver(history, CALLBACK_TIMEOUT.plusSeconds(1).toMillis());
    private final ChaosBroker broker;
    private final List<ChaosBroker.Service> ingests = new ArrayList<>();
    private final List<ChaosBroker.Service> dispatchers = new ArrayList<>();
    private final List<ChaosBroker.Service> deliverers = new ArrayList<>();

    /** @param data where Redis keeps its file */
    record Settings(long seed, int faults, int messages, int users, Duration lease, Path data) {

        @Override
        public String toString() {
            return "seed " + seed + ", " + faults + " faults, " + messages + " messages of " + users + " users, "
                    + INGESTS
                    + " ingest-api, " + DISPATCHERS + " dispatchers, " + DELIVERERS + " callback-deliverers, lease "
                    + lease.toSeconds() + " s";
        }
    }

    ChaosRun(Settings settings) {
        this.settings = settings;
        this.broker = new ChaosBroker(settings.data());
        IntStream.range(0, INGESTS).forEach(i -> ingests.add(launch("ingest-api", 0)));
        IntStream.range(0, DISPATCHERS).forEach(i -> dispatchers.add(launch("dispatcher", i)));
        IntStream.range(0, DELIVERERS).forEach(i -> deliverers.add(launch("callback-deliverer", 0)));
    }

    private ChaosBroker.Service launch(String command, int dispatcher) {
        return broker.launch(BrokerProcess.Plan.of(command)
                .with("WORKER_BASE_URL", worker.url(dispatcher))
                .with("BROKER_LEASE", settings.lease().toSeconds() + "s")
                .with("BROKER_WORKER_IDLE_TIMEOUT", WORKER_SILENCE.toSeconds() + "s")
                .with("BROKER_CALLBACK_TIMEOUT", CALLBACK_TIMEOUT.toSeconds() + "s")
                .with("BROKER_CALLBACK_CONNECTTIMEOUT", "1s")
                // A circuit that stays open for half a minute would hide what becomes of the faults after it.
                .with("BROKER_CALLBACK_CIRCUITWAIT", "1s")
                .with("BROKER_DISPATCH_CIRCUITWAIT", "500ms")
                .with("BROKER_CALLBACK_RETRY_SCHEDULE", "0s" + ",1s".repeat(60)));
    }

    ChaosReport run() throws InterruptedException {
        broker.awaitReady();
        List<Integer> ports = ingests.stream().map(ChaosBroker.Service::port).toList();
        try (ChaosUsers users = new ChaosUsers(history, ports, receiver.url(), settings.seed()).cancelling()) {
            users.send(settings.users(), settings.messages() / settings.users(), EACH.multipliedBy(settings.faults()));
            befall(users);
            users.awaitEnd();
        }
        return ChaosChecker.check(history, settings.lease());
    }

    /** What the broker says of its own books, once all is over. */
    JsonNode audit() {
        return new BrokerClient("http://127.0.0.1:" + ingests.getFirst().port()).audit();
    }

    @Override
    public void close() throws IOException {
        broker.close();
        receiver.close();
        worker.close();
    }

    private void befall(ChaosUsers users) throws InterruptedException {
        Random random = new Random(settings.seed());
        ChaosFault.Moods moods = new ChaosFault.Moods(worker, receiver);
        int number = 0;
        for (ChaosFault fault : ChaosFault.some(settings.faults(), random)) {
            List<ChaosBroker.Service> group = group(fault.victim);
            int index = random.nextInt(group.size());
            // Only what is up can fall, and somebody has to be left.
            broker.awaitReady(group);
            long fromNanos = System.nanoTime();
            fault.befall(broker, group.get(index), moods, settings.lease(), random);
            history.add(new ChaosHistory.Fault(
                    fault.word(), fault.victim, index, fault.process, fromNanos, System.nanoTime()));
            System.out.printf(
                    "fault %d of %d: %s %d; %d of %d accepted, %d told%n",
                    ++number,
                    settings.faults(),
                    fault.word(),
                    index,
                    history.accepted().size(),
                    settings.messages(),
                    users.told());
            // So that what stands still can be laid at one fault's door.
            Thread.sleep(settings.lease().plusSeconds(1).toMillis());
        }
    }

    private List<ChaosBroker.Service> group(Victim victim) {
        return switch (victim) {
            case INGEST -> ingests;
            case DELIVERER -> deliverers;
            case DISPATCHER, REDIS, WORKER, RECEIVER -> dispatchers;
        };
    }
}
