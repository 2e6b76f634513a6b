package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What one message costs, stage by stage: each role works alone, on what the one before has left. The first half of each stage is
 * not counted, because a process that has just been started compiles.
 */
final class Cost implements Scenario {

    private static final int USERS = 500;
    private static final int SECONDS_MAX = 300;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int each = bench.size(20, 80);
        int all = USERS * each;
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger callbacks = new AtomicInteger();
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver()) {
            worker.onCall((user, request, arrivedNanos) -> calls.incrementAndGet());
            receiver.onCallback(callback -> callbacks.incrementAndGet());
            try (BrokerProcess ingest = bench.role("ingest-api", worker).start();
                    Submitter submitter = new Submitter(ingest.url(), ingest.key())) {
                submitter.postAll("cost", USERS, each / 2, Optional.of(receiver.url()));
                Spent before = Spent.until(bench, ingest);
                submitter.postAll("cost", USERS, each / 2, Optional.of(receiver.url()));
                tell("ingest-api", all / 2, before, bench, ingest);
            }
            try (BrokerProcess dispatcher = bench.another("dispatcher", worker).start()) {
                measure("dispatcher", all, calls, bench, dispatcher);
            }
            try (BrokerProcess deliverer =
                    bench.another("callback-deliverer", worker).start()) {
                measure("callback-deliverer", all, callbacks, bench, deliverer);
            }
        }
    }

    private static void measure(String role, int all, AtomicInteger done, Bench bench, BrokerProcess process)
            throws IOException, InterruptedException {
        await(() -> done.get() >= all / 2);
        int counted = done.get();
        Spent before = Spent.until(bench, process);
        await(() -> done.get() >= all);
        tell(role, all - counted, before, bench, process);
    }

    private static void await(BooleanSupplier done) throws IOException, InterruptedException {
        if (!InParallel.await(SECONDS_MAX, done)) {
            throw new IOException("not done within " + SECONDS_MAX + " s");
        }
    }

    private static void tell(String role, int messages, Spent before, Bench bench, BrokerProcess process)
            throws IOException {
        Spent spent = Spent.until(bench, process).since(before);
        String stage = "cost: " + role + ", ";
        add(stage + "processor, us", messages, spent.processorMicros(), bench);
        add(stage + "allocated, KB", messages, spent.allocatedBytes() / 1024, bench);
        add(stage + "Redis processor, us", messages, spent.redisMicros(), bench);
        add(stage + "Redis commands", messages, spent.commands(), bench);
        add(stage + "bytes to Redis", messages, spent.bytesIn(), bench);
        add(stage + "bytes from Redis", messages, spent.bytesOut(), bench);
    }

    private static void add(String name, int messages, double sum, Bench bench) {
        bench.report().add(Row.amount(name, messages, sum / messages));
    }

    /** Since their starts. */
    private record Spent(
            double processorMicros,
            double allocatedBytes,
            double redisMicros,
            double commands,
            double bytesIn,
            double bytesOut) {

        static Spent until(Bench bench, BrokerProcess process) throws IOException {
            Store store = bench.store();
            return new Spent(
                    process.processorNanos() / 1e3,
                    process.allocatedBytes(),
                    store.processorSeconds() * 1e6,
                    store.commands().sent(),
                    store.bytesIn(),
                    store.bytesOut());
        }

        Spent since(Spent before) {
            return new Spent(
                    processorMicros - before.processorMicros,
                    allocatedBytes - before.allocatedBytes,
                    redisMicros - before.redisMicros,
                    commands - before.commands,
                    bytesIn - before.bytesIn,
                    bytesOut - before.bytesOut);
        }
    }
}
