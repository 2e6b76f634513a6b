package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much of a busy worker's time does the broker waste? A worker of 100 ms, 64 calls at a time, more than enough waiting. */
final class Ideal implements Scenario {

    private static final int AT_A_TIME = 64;
    private static final int CALL_MILLIS = 100;
    private static final double GOAL = 0.95;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int users = 256;
        int each = bench.size(16, 60);
        int all = users * each;
        // A process that has just been started compiles while it works.
        int warmUp = all * 2 / 3;
        AtomicInteger ended = new AtomicInteger();
        AtomicLong warmNanos = new AtomicLong();
        AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker).start()) {
            worker.onCall((user, request, arrivedNanos) -> {
                Thread.sleep(CALL_MILLIS);
                lastNanos.accumulateAndGet(System.nanoTime(), Math::max);
                if (ended.incrementAndGet() == warmUp) {
                    warmNanos.set(System.nanoTime());
                }
            });
            try (Submitter submitter = new Submitter(ingest.url(), ingest.key())) {
                submitter.postAll("ideal", users, each, Optional.empty());
            }
            try (BrokerProcess dispatcher = bench.another("dispatcher", worker)
                    .with("BROKER_DISPATCHER_CONCURRENCY", AT_A_TIME)
                    .start()) {
                InParallel.await(120, () -> ended.get() >= all);
            }
        }
        int measured = ended.get() - warmUp;
        double tookMillis = (lastNanos.get() - warmNanos.get()) / 1e6;
        double idealMillis = (double) measured / AT_A_TIME * CALL_MILLIS;
        bench.report()
                .add(Row.amount("ideal: share of the possible calls", measured, idealMillis / tookMillis)
                        .atLeast(GOAL));
    }
}
