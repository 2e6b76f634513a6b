package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does a new conversation wait for others? 1,000 conversations each hold a long call and have five more messages waiting; there
 * is room for another thousand. Then 200 new ones come, one message each, 20 a second.
 */
final class Newcomer implements Scenario {

    private static final int BUSY = 1000;
    private static final int BACKLOG = 5;
    private static final int NEW = 200;
    private static final Duration PACE = Duration.ofMillis(50);
    private static final double GOAL_MILLIS = 50;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        try (StubWorker worker = new StubWorker();
                BrokerProcess broker = bench.allInOne(worker).start();
                Submitter submitter = new Submitter(broker.url(), broker.key())) {
            new Run(worker, submitter, Duration.ofSeconds(bench.size(12, 30))).run(bench.report());
        }
    }

    /** One round. */
    private static final class Run {
        private final StubWorker worker;
        private final Submitter submitter;
        private final Duration call;
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicInteger busyBegun = new AtomicInteger();
        private final AtomicInteger busyEnded = new AtomicInteger();
        private final Map<String, Long> calledNanos = new ConcurrentHashMap<>();
        private final Map<String, Submitter.Posted> posted = new ConcurrentHashMap<>();

        /** @param call how long each busy conversation's calls take */
        Run(StubWorker worker, Submitter submitter, Duration call) {
            this.worker = worker;
            this.submitter = submitter;
            this.call = call;
        }

        void run(Report report) throws InterruptedException {
            worker.onCall((user, request, arrivedNanos) -> {
                if (user.startsWith("new-")) {
                    calledNanos.putIfAbsent(user, arrivedNanos);
                    return;
                }
                busyBegun.incrementAndGet();
                released.await(call.toMillis(), TimeUnit.MILLISECONDS);
                busyEnded.incrementAndGet();
            });
            try (InParallel clients = new InParallel()) {
                occupy(clients);
                welcome(clients);
                InParallel.await(60, () -> calledNanos.size() == NEW);
                released.countDown();
                InParallel.await(300, () -> busyEnded.get() == BUSY * (1 + BACKLOG));
                tell(report);
                report.add(Row.amount("newcomer: new messages not called", NEW, NEW - calledNanos.size())
                        .never());
                report.add(Row.amount(
                                "newcomer: backlog not called",
                                BUSY * (1 + BACKLOG),
                                BUSY * (1 + BACKLOG) - busyEnded.get())
                        .never());
            }
        }

        private void occupy(InParallel clients) throws InterruptedException {
            for (int number = 0; number <= BACKLOG; number++) {
                int each = number;
                for (int i = 0; i < BUSY; i++) {
                    String user = "busy-" + i;
                    clients.start(() -> submitter.post(user, each, Optional.empty()));
                }
                clients.join();
                if (number == 0 && !InParallel.await(60, () -> busyBegun.get() >= BUSY)) {
                    throw new IllegalStateException(
                            "calls to the worker: " + busyBegun + " (expected: " + BUSY + " at once, within a minute)");
                }
            }
        }

        private void welcome(InParallel clients) throws InterruptedException {
            for (int i = 0; i < NEW; i++) {
                String user = "new-" + i;
                clients.start(() -> posted.put(user, submitter.post(user, 1, Optional.empty())));
                Thread.sleep(PACE);
            }
            clients.join();
        }

        private void tell(Report report) {
            Latencies afterAnswer = new Latencies();
            Latencies afterSending = new Latencies();
            calledNanos.forEach((user, called) -> {
                Submitter.Posted post = posted.get(user);
                if (post != null) {
                    // The worker may be called before the client has its answer: that is no wait at all.
                    afterAnswer.add(Math.max(0, called - post.answeredNanos()));
                    afterSending.add(called - post.sentNanos());
                }
            });
            report.add(Row.latencies("newcomer: POST answered to worker called", afterAnswer)
                    .p99AtMost(GOAL_MILLIS));
            report.add(Row.latencies("newcomer: POST sent to worker called", afterSending));
        }
    }
}
