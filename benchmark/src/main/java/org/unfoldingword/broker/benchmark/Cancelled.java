package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** How soon does a conversation go on when its running message is cancelled? Each has a call of minutes and one more message. */
final class Cancelled implements Scenario {

    private static final Duration PACE = Duration.ofMillis(50);
    private static final double GOAL_MILLIS = 1000;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int conversations = bench.size(50, 200);
        CountDownLatch called = new CountDownLatch(conversations);
        Map<String, Long> cancelledNanos = new ConcurrentHashMap<>();
        Latencies untilNext = new Latencies();
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker).start();
                BrokerProcess dispatcher = bench.another("dispatcher", worker).start();
                RawConnection connection = new RawConnection(URI.create(ingest.url()), ingest.key())) {
            worker.onCall((user, request, arrivedNanos) -> {
                Long cancelled = cancelledNanos.get(user);
                if (cancelled != null) {
                    untilNext.add(arrivedNanos - cancelled);
                    return;
                }
                called.countDown();
                // Whether its caller hangs up is nothing that such a worker sees.
                Thread.sleep(Duration.ofMinutes(5));
            });
            String[] running = new String[conversations];
            for (int i = 0; i < conversations; i++) {
                running[i] = accepted(connection, i);
                accepted(connection, i);
            }
            called.await();
            for (int i = 0; i < conversations; i++) {
                cancelledNanos.put(user(i), System.nanoTime());
                connection.delete("/api/v1/message/" + running[i]);
                connection.answer();
                Thread.sleep(PACE);
            }
            InParallel.await(60, () -> untilNext.count() == conversations);
        }
        bench.report()
                .add(Row.amount(
                                "cancel: conversations that did not go on",
                                conversations,
                                conversations - (double) untilNext.count())
                        .never());
        bench.report()
                .add(Row.latencies("cancel: DELETE sent to next message called", untilNext)
                        .p99AtMost(GOAL_MILLIS));
    }

    private static String accepted(RawConnection connection, int number) throws IOException {
        connection.post("/api/v1/message", "Prefer: respond-async", OpenRequests.message(user(number)));
        return connection.answer().messageId();
    }

    private static String user(int number) {
        return "cancel-" + number;
    }
}
