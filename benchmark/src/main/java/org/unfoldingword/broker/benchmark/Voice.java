package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Voice messages of 25 MB, 33 MB as base64, 20 at a time, through roles of 512 MB of heap each. */
final class Voice implements Scenario {

    private static final int HEAP_MEGABYTES = 512;
    private static final int AT_A_TIME = 20;
    private static final int BASE64_BYTES = 25 * 1024 * 1024 / 3 * 4;

    @Override
    public String name() {
        return "voice";
    }

    @Override
    public String about() {
        return "voice of 25 MB, 20 at a time, 512 MB of heap each role";
    }

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int messages = bench.size(20, 60);
        AtomicInteger whole = new AtomicInteger();
        AtomicInteger calledBack = new AtomicInteger();
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver();
                BrokerProcess ingest =
                        bench.role("ingest-api", worker).heap(HEAP_MEGABYTES).start();
                BrokerProcess dispatcher =
                        bench.another("dispatcher", worker).heap(HEAP_MEGABYTES).start();
                BrokerProcess deliverer = bench.another("callback-deliverer", worker)
                        .heap(HEAP_MEGABYTES)
                        .start();
                Submitter submitter = new Submitter(ingest.url(), ingest.key());
                InParallel clients = new InParallel()) {
            worker.onCall((user, request, arrivedNanos) -> {
                if (request.path("audio_base64").asText().length() == BASE64_BYTES) {
                    whole.incrementAndGet();
                }
            });
            receiver.onCallback(callback -> calledBack.incrementAndGet());
            Semaphore places = new Semaphore(AT_A_TIME);
            Latencies accepted = new Latencies();
            for (int i = 0; i < messages; i++) {
                String user = "voice-" + i;
                clients.start(() -> {
                    places.acquire();
                    try {
                        Submitter.Posted posted = submitter.voice(user, BASE64_BYTES, Optional.of(receiver.url()));
                        accepted.add(posted.answeredNanos() - posted.sentNanos());
                    } finally {
                        places.release();
                    }
                    return user;
                });
            }
            clients.join();
            InParallel.await(120, () -> calledBack.get() >= messages);
            bench.report().add(Row.latencies("voice: POST sent to accepted", accepted));
            bench.report()
                    .add(Row.amount("voice: not whole at the worker", messages, (double) messages - whole.get())
                            .never());
            bench.report()
                    .add(Row.amount("voice: not called back", messages, (double) messages - calledBack.get())
                            .never());
            for (BrokerProcess role : java.util.List.of(ingest, dispatcher, deliverer)) {
                bench.report().add(Row.amount("voice: peak memory of " + role.command() + ", MB", 1, (double)
                        role.peakMegabytes()));
            }
        }
    }
}
