package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One dispatcher with 512 MB of heap and 10,000 calls under way: all at once, and all of them answered. */
final class InFlight implements Scenario {

    private static final int HEAP_MEGABYTES = 512;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int calls = bench.size(2_000, 10_000);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker).start();
                BrokerProcess dispatcher = bench.another("dispatcher", worker)
                        .heap(HEAP_MEGABYTES)
                        .with("BROKER_DISPATCHER_CONCURRENCY", calls)
                        .start();
                Submitter submitter = new Submitter(ingest.url(), ingest.key());
                InParallel clients = new InParallel()) {
            worker.onCall((user, request, arrivedNanos) -> {
                begun.incrementAndGet();
                released.await(120, TimeUnit.SECONDS);
                ended.incrementAndGet();
            });
            for (int i = 0; i < calls; i++) {
                String user = "flight-" + i;
                clients.start(() -> submitter.post(user, 1, Optional.empty()));
            }
            clients.join();
            InParallel.await(90, () -> begun.get() >= calls);
            bench.report()
                    .add(Row.amount("inflight: worker calls at once", calls, begun.get())
                            .atLeast(calls));
            released.countDown();
            InParallel.await(90, () -> ended.get() >= calls);
            bench.report()
                    .add(Row.amount("inflight: worker calls repeated or lost", calls, Math.abs(calls - ended.get()))
                            .never());
            bench.report()
                    .add(Row.amount(
                                    "inflight: out of memory",
                                    1,
                                    dispatcher.log().contains("OutOfMemoryError") ? 1 : 0)
                            .never());
        }
    }
}
