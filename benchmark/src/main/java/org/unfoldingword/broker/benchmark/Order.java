package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Everything at once: 500 users, 20 messages each, a worker that needs no time, every answer called back. */
final class Order {

    private static final int USERS = 500;
    private static final int EACH = 20;
    private static final int ALL = USERS * EACH;
    private static final double COMMANDS_MAX = 8;

    private final StubWorker worker;
    private final CallbackReceiver receiver;
    private final Submitter submitter;
    private final CommandCount commands;

    private final Sequences calls = new Sequences();
    private final Sequences callbacks = new Sequences();
    private final Map<String, Long> calledBackNanos = new ConcurrentHashMap<>();
    private final AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);

    Order(StubWorker worker, CallbackReceiver receiver, Submitter submitter, CommandCount commands) {
        this.worker = worker;
        this.receiver = receiver;
        this.submitter = submitter;
        this.commands = commands;
    }

    void run(Report report) throws IOException, InterruptedException {
        worker.onCall((user, request, arrivedNanos) ->
                calls.add(user, Integer.parseInt(request.path("message").asText())));
        receiver.onCallback(callback -> {
            long nowNanos = System.nanoTime();
            String user = callback.path("user_id").asText();
            int number = callback.path("metadata").path("number").asInt();
            calledBackNanos.putIfAbsent(user + " " + number, nowNanos);
            lastNanos.accumulateAndGet(nowNanos, Math::max);
            callbacks.add(user, number);
        });
        long commandsBefore = commands.sent();
        long startNanos = System.nanoTime();
        Map<String, Submitter.Posted> posted = post();
        InParallel.await(120, () -> callbacks.size() >= ALL);
        // A repetition would come now; and the last callbacks are settled.
        Thread.sleep(2000);
        long commandsSent = commands.sent() - commandsBefore;

        Latencies latencies = new Latencies();
        calledBackNanos.forEach((message, nanos) -> {
            Submitter.Posted post = posted.get(message);
            if (post != null) {
                latencies.add(nanos - post.sentNanos());
            }
        });
        double seconds = (lastNanos.get() - startNanos) / 1e9;
        report.add(Row.latencies("order: POST sent to callback received", latencies));
        report.add(Row.amount("order: messages per second", ALL, calledBackNanos.size() / seconds));
        calls.tell("order: worker calls", USERS, EACH, report);
        callbacks.tell("order: callbacks", USERS, EACH, report);
        report.add(Row.amount("order: Redis commands per message", ALL, (double) commandsSent / ALL)
                .atMost(COMMANDS_MAX));
    }

    /** Each user waits for the answer of one POST before the next. */
    private Map<String, Submitter.Posted> post() throws InterruptedException {
        Map<String, Submitter.Posted> posted = new ConcurrentHashMap<>();
        try (InParallel clients = new InParallel()) {
            for (int i = 0; i < USERS; i++) {
                String user = "order-" + i;
                clients.start(() -> {
                    for (int number = 1; number <= EACH; number++) {
                        posted.put(user + " " + number, submitter.post(user, number, Optional.of(receiver.url())));
                    }
                    return user;
                });
            }
            clients.join();
        }
        return posted;
    }
}
