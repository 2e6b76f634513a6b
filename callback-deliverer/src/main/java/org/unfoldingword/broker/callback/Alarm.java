package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Does something when a time is over, unless it is told in time that this is not needed. */
interface Alarm extends AutoCloseable {

    /**
     * Sets it.
     *
     * @param action short, since all share one thread
     * @return calls it off; of no effect once it has rung
     */
    Runnable after(Duration delay, Runnable action);

    /** Calls off whatever is set. */
    @Override
    void close();

    /** One that rings in real time, on a thread of its own. */
    static Alarm ticking() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("callback-alarm").factory());
        timer.setRemoveOnCancelPolicy(true);
        return new Alarm() {
            @Override
            public Runnable after(Duration delay, Runnable action) {
                Future<?> pending = timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> pending.cancel(false);
            }

            @Override
            public void close() {
                timer.shutdownNow();
            }
        };
    }
}
