package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** What the scenarios share: the store, the report, and plans of brokers to start. */
final class Bench {

    private final Path scratch;
    private final Store store;
    private final Report report;
    private final boolean quick;
    private final AtomicInteger started = new AtomicInteger();

    Bench(Path scratch, Store store, Report report, boolean quick) {
        this.scratch = scratch;
        this.store = store;
        this.report = report;
        this.quick = quick;
    }

    Store store() {
        return store;
    }

    Report report() {
        return report;
    }

    Path scratch() {
        return scratch;
    }

    /** The first in a quick run. */
    int size(int quickly, int usually) {
        return quick ? quickly : usually;
    }

    /** All roles in one process, on the emptied store. */
    BrokerProcess.Plan allInOne(StubWorker worker) throws IOException {
        return role("start", worker);
    }

    /** A command of the broker, on the emptied store. */
    BrokerProcess.Plan role(String command, StubWorker worker) throws IOException {
        store.flush();
        return another(command, worker);
    }

    /** A command of the broker, on the store as it is. */
    BrokerProcess.Plan another(String command, StubWorker worker) throws IOException {
        int number = started.incrementAndGet();
        Map<String, String> settings = Map.of(
                "REDIS_URL",
                store.url(),
                "BROKER_DATA_DIR",
                scratch.resolve("data-" + number).toString(),
                "WORKER_BASE_URL",
                worker.url(),
                "BROKER_API_KEY",
                "bench-" + UUID.randomUUID(),
                "BROKER_CALLBACK_SIGNING_SECRET",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "HOST",
                "127.0.0.1",
                "PORT",
                Integer.toString(BrokerProcess.freePort()),
                "MANAGEMENT_PORT",
                Integer.toString(BrokerProcess.freePort()),
                "BROKER_DISPATCHER_CONCURRENCY",
                "2000",
                "BROKER_CALLBACK_ALLOWED_HOSTS",
                "127.0.0.1");
        return new BrokerProcess.Plan(
                command,
                /* heapMegabytes= */ 0,
                settings,
                scratch.resolve("broker-" + number + "-" + command + ".log"));
    }
}
