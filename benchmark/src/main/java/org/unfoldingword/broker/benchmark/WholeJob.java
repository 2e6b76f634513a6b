package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The whole job: HTTP in, the queue, HTTP to the worker, HTTP callback. 500 users, 20 messages each, a worker that needs no time;
 * each user waits for the answer of one POST before the next.
 */
final class WholeJob implements Scenario {

    private static final int USERS = 500;
    private static final int EACH = 20;
    private static final int PEERS_AT_A_TIME = 64;
    /** A JVM that has just been started compiles while it works: the users' own day is not like that. */
    private static final int WARM_UP_EACH = 60;

    private static final int WARM_UPS = 2;

    private static final double GOAL = 2;
    private static final double COMMANDS_MAX = 4;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int each = bench.size(5, EACH);
        int all = USERS * each;
        int warmUp = bench.size(5, WARM_UP_EACH);
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver()) {
            try (BrokerProcess broker = bench.allInOne(worker).start();
                    Submitter submitter = new Submitter(broker.url(), broker.key())) {
                warmUp(warmUp, worker, receiver, submitter);
                long before = bench.store().commands().sent();
                Run run = new Run("broker", each, worker, receiver, submitter);
                run.run();
                long sent = bench.store().commands().sent() - before;
                run.tell(bench.report());
                bench.report()
                        .add(Row.amount("job: Redis commands per message", all, (double) sent / all)
                                .atMost(COMMANDS_MAX));
            }
            for (String peer : Peers.NAMES) {
                bench.store().flush();
                try (Peers.Serving serving = Peers.serve(bench, peer, worker.url(), PEERS_AT_A_TIME);
                        Submitter submitter = new Submitter(serving.url(), "none")) {
                    warmUp(warmUp, worker, receiver, submitter);
                    Run run = new Run(peer, each, worker, receiver, submitter);
                    run.run();
                    run.tell(bench.report());
                }
            }
            bench.report()
                    .add(Row.amount(
                            "job: its three exchanges alone, msgs/s",
                            all,
                            ThreeExchanges.perSecond(bench, worker, receiver, WARM_UPS * USERS * warmUp, all)));
        }
        bench.report().ratio("job: broker / groupmq", "job: broker msgs/s", "job: groupmq msgs/s", GOAL);
        bench.report().ratio("job: broker / bullmq", "job: broker msgs/s", "job: bullmq msgs/s", GOAL);
        bench.report()
                .ratio(
                        "job: three exchanges alone / groupmq",
                        "job: its three exchanges alone, msgs/s",
                        "job: groupmq msgs/s",
                        0);
    }

    private static void warmUp(int each, StubWorker worker, CallbackReceiver receiver, Submitter submitter)
            throws InterruptedException {
        for (int i = 0; i < WARM_UPS; i++) {
            new Run("warm-up-" + i, each, worker, receiver, submitter).run();
        }
    }

    /** One pass of the job through whoever does it. */
    private static final class Run {
        private final String who;
        private final int each;
        private final StubWorker worker;
        private final CallbackReceiver receiver;
        private final Submitter submitter;
        private final Sequences calls = new Sequences();
        private final Sequences callbacks = new Sequences();
        private final Map<LoadMessage, Long> calledBackNanos = new ConcurrentHashMap<>();
        private final AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);
        private Map<LoadMessage, Submitter.Posted> posted = Map.of();
        private long startNanos;

        Run(String who, int each, StubWorker worker, CallbackReceiver receiver, Submitter submitter) {
            this.who = who;
            this.each = each;
            this.worker = worker;
            this.receiver = receiver;
            this.submitter = submitter;
        }

        void run() throws InterruptedException {
            worker.onCall((user, request, arrivedNanos) ->
                    calls.add(user, Integer.parseInt(request.path("message").asText())));
            receiver.onCallback(callback -> {
                long nowNanos = System.nanoTime();
                String user = callback.path("user_id").asText();
                int number = callback.path("metadata").path("number").asInt();
                calledBackNanos.putIfAbsent(new LoadMessage(user, number), nowNanos);
                lastNanos.accumulateAndGet(nowNanos, Math::max);
                callbacks.add(user, number);
            });
            startNanos = System.nanoTime();
            posted = submitter.postAll(who, USERS, each, Optional.of(receiver.url()));
            InParallel.await(120, () -> callbacks.size() >= USERS * each);
            // A repetition would come now; and the last callbacks are settled.
            Thread.sleep(1000);
        }

        void tell(Report report) {
            Latencies latencies = new Latencies();
            calledBackNanos.forEach((message, nanos) -> {
                Submitter.Posted post = posted.get(message);
                if (post != null) {
                    latencies.add(nanos - post.sentNanos());
                }
            });
            double seconds = (lastNanos.get() - startNanos) / 1e9;
            report.add(Row.latencies("job: " + who + " POST sent to callback", latencies));
            report.add(Row.amount("job: " + who + " msgs/s", calledBackNanos.size(), calledBackNanos.size() / seconds));
            if (who.equals("broker")) {
                calls.tell("job: worker calls", USERS, each, report);
                callbacks.tell("job: callbacks", USERS, each, report);
            }
        }
    }
}
