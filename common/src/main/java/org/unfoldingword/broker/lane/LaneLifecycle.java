package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a lane's worker with the application, and stops it after the HTTP server has answered those who wait for a result, but
 * while all that the worker needs is still there.
 */
public final class LaneLifecycle implements SmartLifecycle {

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

    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
