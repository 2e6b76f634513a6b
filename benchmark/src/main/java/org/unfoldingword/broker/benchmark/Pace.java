package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An ordinary day: 50 messages a second. What does the broker add, and what does it ask of the store? */
final class Pace implements Scenario {

    private static final int PER_SECOND = 50;
    private static final int WARM_UP = 500;
    private static final int USERS = 200;
    private static final double P50_MAX_MILLIS = 2;
    private static final double P99_MAX_MILLIS = 10;
    private static final double COMMANDS_MAX = 8;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int messages = bench.size(10, 30) * PER_SECOND;
        Map<String, Long> called = new ConcurrentHashMap<>();
        Map<String, Long> answered = new ConcurrentHashMap<>();
        Map<String, Long> calledBack = new ConcurrentHashMap<>();
        Map<String, Submitter.Posted> posted = new ConcurrentHashMap<>();
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver();
                BrokerProcess broker = bench.allInOne(worker).start();
                Submitter submitter = new Submitter(broker.url(), broker.key());
                InParallel clients = new InParallel()) {
            worker.onCall((user, request, arrivedNanos) -> {
                String message = request.path("message").asText();
                called.putIfAbsent(message, arrivedNanos);
                answered.putIfAbsent(message, System.nanoTime());
            });
            receiver.onCallback(callback -> calledBack.putIfAbsent(
                    callback.path("metadata").path("number").asText(), System.nanoTime()));
            long startNanos = System.nanoTime();
            long commandsBefore = 0;
            for (int i = 0; i < WARM_UP + messages; i++) {
                if (i == WARM_UP) {
                    commandsBefore = bench.store().commands().sent();
                }
                int number = i;
                long dueNanos = startNanos + (long) (i * 1e9 / PER_SECOND);
                Thread.sleep(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
                clients.start(() -> posted.put(
                        Integer.toString(number),
                        submitter.post("pace-" + number % USERS, number, Optional.of(receiver.url()))));
            }
            clients.join();
            InParallel.await(30, () -> calledBack.size() == WARM_UP + messages);
            long sent = bench.store().commands().sent() - commandsBefore;
            new Moments(posted, called, answered, calledBack).tell(messages, bench.report());
            bench.report()
                    .add(Row.amount("pace: Redis commands per message", messages, (double) sent / messages)
                            .atMost(COMMANDS_MAX));
        }
    }

    /** When each message was accepted, was with the worker, was answered and came back; {@link System#nanoTime}, by its number. */
    private record Moments(
            Map<String, Submitter.Posted> posted,
            Map<String, Long> called,
            Map<String, Long> answered,
            Map<String, Long> calledBack) {

        void tell(int messages, Report report) {
            Latencies toCall = new Latencies();
            Latencies toCallback = new Latencies();
            for (int i = WARM_UP; i < WARM_UP + messages; i++) {
                String message = Integer.toString(i);
                Submitter.Posted post = posted.get(message);
                Long call = called.get(message);
                Long answer = answered.get(message);
                Long callback = calledBack.get(message);
                if (post != null && call != null && answer != null && callback != null) {
                    // The worker may be called before the client has its answer: that is no wait at all.
                    toCall.add(Math.max(0, call - post.answeredNanos()));
                    toCallback.add(callback - answer);
                }
            }
            report.add(Row.amount("pace: not called back", messages, (double) messages - toCallback.count())
                    .never());
            report.add(Row.latencies("pace: accepted to worker called", toCall)
                    .p50AndP99AtMost(P50_MAX_MILLIS, P99_MAX_MILLIS));
            report.add(Row.latencies("pace: worker answered to called back", toCallback)
                    .p50AndP99AtMost(P50_MAX_MILLIS, P99_MAX_MILLIS));
        }
    }
}
