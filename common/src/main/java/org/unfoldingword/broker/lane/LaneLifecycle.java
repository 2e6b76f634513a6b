package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a lane's worker with the application, and stops it after the HTTP server has answered those who wait for a result, but
 * while all that the worker needs is still there.
 */
public final class LaneLifecycle implements SmartLifecycle {

    /** Of the application's life cycle: below that of the HTTP server. */
    public static final int PHASE = 0;

    /** After its grace, a lane gives back what still runs, within so long. */
    public static final Duration LAST_WORDS = LaneWorker.LAST_WORDS;

    private final LaneWorker worker;
    private final Duration grace;
    private volatile boolean running;

    public LaneLifecycle(LaneWorker worker, Duration grace) {
        this.worker = worker;
        this.grace = grace;
    }

    @Override
    public void start() {
        worker.start();
        running = true;
    }

    @Override
    public void stop() {
        worker.stop(grace);
        running = false;
    }

    /** True while the worker's loops run and Redis answers them. */
    public boolean healthy() {
        return worker.healthy();
    }

    /** Together with the process's other lane. */
    @Override
    public void stop(Runnable stopped) {
        Thread.ofVirtual().name("lane-stop").start(() -> {
            try {
                stop();
            } finally {
                stopped.run();
            }
        });
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
