package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One ingest instance with 1 GB of heap, and 10,000 requests that stay open there. It must stay alive and answer others
 * meanwhile; then a dispatcher comes, and each gets what belongs to its own message.
 */
final class OpenRequests {

    private static final int HEAP_MEGABYTES = 1024;
    private static final int KNOCKS_AT_ONCE = 64;
    private static final int LOOKS = 50;
    private static final double HEALTH_GOAL_MILLIS = 1000;
    private static final int THREADS_MAX = 100;
    private static final int STORE_CONNECTIONS_MAX = 16;

    private final Bench bench;
    private final String name;
    private final String what;
    private final int requests;
    private final Semaphore knocking = new Semaphore(KNOCKS_AT_ONCE);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();

    /** @param what is counted as open, in the report's words */
    OpenRequests(Bench bench, String name, String what) {
        this.bench = bench;
        this.name = name;
        this.what = what;
        this.requests = bench.size(2_000, 10_000);
    }

    void measure(Client client) throws IOException, InterruptedException {
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker)
                        .heap(HEAP_MEGABYTES)
                        .with("BROKER_SYNC_WAIT", "15m")
                        .start();
                InParallel clients = new InParallel()) {
            open(client, ingest, clients);
            look(ingest);
            try (BrokerProcess dispatcher = bench.another("dispatcher", worker).start()) {
                awaitEnds(ingest);
            }
        }
    }

    static String message(String user) {
        return "{\"user_id\":\"%s\",\"org_id\":\"bench\",\"client_id\":\"bench\",\"message\":\"%s\"}"
                .formatted(user, "x".repeat(200));
    }

    private void open(Client client, BrokerProcess ingest, InParallel clients) throws InterruptedException {
        for (int i = 0; i < requests; i++) {
            String user = name + "-" + i;
            boolean even = i % 2 == 0;
            clients.start(() -> {
                ask(client, ingest, user, even);
                return user;
            });
        }
        InParallel.await(180, () -> open.get() == requests);
        InParallel.await(60, () -> other.get() > 0 || waiting(ingest) == requests);
        bench.report()
                .add(Row.amount(
                                name + ": " + what,
                                requests,
                                Math.min(waiting(ingest), open.get() - other.get() - own.get()))
                        .atLeast(requests));
    }

    private void ask(Client client, BrokerProcess ingest, String user, boolean even)
            throws IOException, InterruptedException {
        knocking.acquire();
        RawConnection connection;
        try {
            connection = new RawConnection(URI.create(ingest.url()), ingest.key());
            client.open(connection, user, even);
        } finally {
            knocking.release();
        }
        open.incrementAndGet();
        try (connection) {
            (client.awaitOwn(connection) ? own : other).incrementAndGet();
        } catch (IOException hungUp) {
            other.incrementAndGet();
        }
    }

    private void look(BrokerProcess ingest) throws IOException {
        Report report = bench.report();
        Latencies health = new Latencies();
        for (int i = 0; i < LOOKS; i++) {
            long startNanos = System.nanoTime();
            try (RawConnection connection = new RawConnection(URI.create(ingest.url()), ingest.key())) {
                connection.get("/health");
                connection.answer();
            }
            health.add(System.nanoTime() - startNanos);
        }
        report.add(Row.latencies(name + ": /health meanwhile", health).p99AtMost(HEALTH_GOAL_MILLIS));
        report.add(Row.amount(name + ": threads of the platform", requests, (double) ingest.threads())
                .atMost(THREADS_MAX));
        report.add(Row.amount(name + ": connections to the store", requests, (double)
                        bench.store().connections())
                .atMost(STORE_CONNECTIONS_MAX));
        report.add(Row.amount(name + ": peak memory of the process, MB", requests, (double) ingest.peakMegabytes()));
    }

    private void awaitEnds(BrokerProcess ingest) throws IOException, InterruptedException {
        InParallel.await(240, () -> own.get() + other.get() == requests);
        bench.report()
                .add(Row.amount(name + ": not answered, or not with its own answer", requests, requests - own.get())
                        .never());
        bench.report()
                .add(Row.amount(name + ": out of memory", 1, ingest.log().contains("OutOfMemoryError") ? 1 : 0)
                        .never());
    }

    private static int waiting(BrokerProcess ingest) {
        try (RawConnection connection = new RawConnection(URI.create(ingest.url()), ingest.key())) {
            connection.get("/health");
            return Integer.parseInt(connection.answer().body().replaceAll("(?s).*\"queued_messages\":(\\d+).*", "$1"));
        } catch (IOException | NumberFormatException silent) {
            return 0;
        }
    }

    /** One who asks and waits. */
    interface Client {

        /** Sends a message of the user and what is to stay open; returns once it is sent. */
        void open(RawConnection connection, String user, boolean even) throws IOException;

        /** Waits for the end; whether all was there that belongs to the message. */
        boolean awaitOwn(RawConnection connection) throws IOException;
    }
}
