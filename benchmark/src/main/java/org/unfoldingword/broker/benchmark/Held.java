package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One ingest instance with 1 GB of heap and 10,000 requests that it holds, half of them POSTs, half GETs with a wait. It must
 * stay alive and answer others meanwhile; then a dispatcher comes, and each gets the answer to its own message.
 */
final class Held implements Scenario {

    private static final int HEAP_MEGABYTES = 1024;
    private static final int KNOCKS_AT_ONCE = 64;
    private static final int LOOKS = 50;
    private static final double HEALTH_GOAL_MILLIS = 1000;
    private static final int THREADS_MAX = 100;
    private static final int STORE_CONNECTIONS_MAX = 16;

    @Override
    public String name() {
        return "held";
    }

    @Override
    public String about() {
        return "one ingest-api, 1 GB of heap, 10,000 held requests";
    }

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int requests = bench.size(2_000, 10_000);
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker)
                        .heap(HEAP_MEGABYTES)
                        .with("BROKER_SYNC_WAIT", "15m")
                        .start();
                InParallel clients = new InParallel()) {
            Run run = new Run(bench.report(), ingest, requests);
            run.hold(clients);
            run.look(bench.store());
            try (BrokerProcess dispatcher = bench.another("dispatcher", worker).start()) {
                run.awaitAnswers();
            }
        }
    }

    /** One round. */
    private static final class Run {
        private final Report report;
        private final BrokerProcess ingest;
        private final int requests;
        private final Semaphore knocking = new Semaphore(KNOCKS_AT_ONCE);
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger own = new AtomicInteger();
        private final AtomicInteger other = new AtomicInteger();

        Run(Report report, BrokerProcess ingest, int requests) {
            this.report = report;
            this.ingest = ingest;
            this.requests = requests;
        }

        void hold(InParallel clients) throws InterruptedException, IOException {
            for (int i = 0; i < requests; i++) {
                String user = "held-" + i;
                boolean posts = i % 2 == 0;
                clients.start(() -> {
                    ask(user, posts);
                    return user;
                });
            }
            InParallel.await(180, () -> sent.get() == requests);
            InParallel.await(60, () -> other.get() > 0 || waiting() == requests);
            report.add(Row.amount(
                            "held: requests held at once",
                            requests,
                            Math.min(waiting(), sent.get() - other.get() - own.get()))
                    .atLeast(requests));
        }

        void look(Store store) throws IOException {
            Latencies health = new Latencies();
            for (int i = 0; i < LOOKS; i++) {
                long startNanos = System.nanoTime();
                try (RawConnection connection = new RawConnection(URI.create(ingest.url()), ingest.key())) {
                    connection.get("/health");
                    connection.answer();
                }
                health.add(System.nanoTime() - startNanos);
            }
            report.add(Row.latencies("held: /health meanwhile", health).p99AtMost(HEALTH_GOAL_MILLIS));
            report.add(Row.amount("held: threads of the platform", requests, (double) ingest.threads())
                    .atMost(THREADS_MAX));
            report.add(Row.amount("held: connections to the store", requests, (double) store.connections())
                    .atMost(STORE_CONNECTIONS_MAX));
            report.add(Row.amount("held: peak memory of the process, MB", requests, (double) ingest.peakMegabytes()));
        }

        void awaitAnswers() throws IOException, InterruptedException {
            InParallel.await(240, () -> own.get() + other.get() == requests);
            report.add(Row.amount("held: not answered, or not with its own answer", requests, requests - own.get())
                    .never());
            report.add(Row.amount("held: out of memory", 1, ingest.log().contains("OutOfMemoryError") ? 1 : 0)
                    .never());
        }

        /** One client: posts and is held, or posts, hangs up, and is held asking for the answer. */
        private void ask(String user, boolean posts) throws IOException, InterruptedException {
            URI server = URI.create(ingest.url());
            knocking.acquire();
            RawConnection connection;
            try {
                connection = new RawConnection(server, ingest.key());
                connection.post("/api/v1/message", posts ? "wait=900" : "respond-async", body(user));
                if (!posts) {
                    String path = connection
                            .answer()
                            .body()
                            .replaceAll(".*\"message_id\":\"([^\"]+)\".*", "/api/v1/message/$1?wait=900");
                    connection.get(path);
                }
            } finally {
                knocking.release();
            }
            sent.incrementAndGet();
            try (connection) {
                RawConnection.Answer answer = connection.answer();
                (answer.status() == 200 && answer.body().contains("\"ok\"") ? own : other).incrementAndGet();
            } catch (IOException hungUp) {
                other.incrementAndGet();
            }
        }

        private int waiting() {
            try (RawConnection connection = new RawConnection(URI.create(ingest.url()), ingest.key())) {
                connection.get("/health");
                return Integer.parseInt(
                        connection.answer().body().replaceAll("(?s).*\"queued_messages\":(\\d+).*", "$1"));
            } catch (IOException | NumberFormatException silent) {
                return 0;
            }
        }

        private static String body(String user) {
            return "{\"user_id\":\"%s\",\"org_id\":\"bench\",\"client_id\":\"bench\",\"message\":\"%s\"}"
                    .formatted(user, "x".repeat(200));
        }
    }
}
