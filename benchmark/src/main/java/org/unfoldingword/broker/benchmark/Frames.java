package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/**
 * What the broker adds between a frame of the worker and a watcher: the same worker speaks to as many clients directly, then
 * through an ingest instance, a dispatcher and the store.
 */
final class Frames implements Scenario {

    private static final int WATCHERS = 50;
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final double P50_ADDED_MAX_MILLIS = 5;
    private static final double P99_ADDED_MAX_MILLIS = 25;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int frames = bench.size(100, 200);
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker).start();
                BrokerProcess dispatcher = bench.another("dispatcher", worker).start()) {
            worker.speak(frames, EVERY);
            Watchers direct = new Watchers(URI.create(worker.url()), "/api/v1/chat/stream", "none", frames);
            Watchers brokered = new Watchers(URI.create(ingest.url()), "/api/v1/message", ingest.key(), frames);
            // Once each to warm up; then what counts.
            direct.watch("warm-direct");
            brokered.watch("warm");
            Latencies straight = direct.watch("direct");
            Latencies through = brokered.watch("through");
            Report report = bench.report();
            report.add(Row.amount("frames: not seen by their watcher", through.count(), missing(through, frames))
                    .never());
            report.add(Row.latencies("frames: worker to client, direct", straight));
            report.add(Row.latencies("frames: worker to client, through the broker", through));
            report.add(added(50, straight, through).atMost(P50_ADDED_MAX_MILLIS));
            report.add(added(99, straight, through).atMost(P99_ADDED_MAX_MILLIS));
        }
    }

    private static Row added(int percentile, Latencies direct, Latencies through) {
        double millis = through.millisAt(percentile) - direct.millisAt(percentile);
        return Row.amount("frames: added at p" + percentile + ", ms", through.count(), millis);
    }

    private static double missing(Latencies seen, int frames) {
        return (double) WATCHERS * frames - seen.count();
    }

    /** Clients that send a message each and read what the worker says about it. */
    private record Watchers(URI server, String path, String key, int frames) {

        /** How long each frame took from the worker to its watcher. */
        Latencies watch(String users) throws InterruptedException {
            Latencies latencies = new Latencies();
            try (InParallel watchers = new InParallel()) {
                for (int i = 0; i < WATCHERS; i++) {
                    String user = users + "-" + i;
                    watchers.start(() -> {
                        watchOne(user, latencies);
                        return user;
                    });
                }
                watchers.join();
            }
            return latencies;
        }

        private void watchOne(String user, Latencies latencies) throws IOException {
            try (RawConnection connection = new RawConnection(server, key)) {
                connection.post(path, "Accept: text/event-stream", OpenRequests.message(user));
                connection.head();
                String data = connection.event().data();
                for (int seen = 0;
                        seen < frames && !data.contains("\"complete\"");
                        data = connection.event().data()) {
                    if (data.contains(StubWorker.SAID_AT)) {
                        latencies.add(System.nanoTime() - StubWorker.saidAt(data));
                        seen++;
                    }
                }
            }
        }
    }
}
