package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The pauses of a worker's loops, cut short when it has stopped. Safe for threads. */
final class Pauses {

    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofSeconds(5);

    private final CountDownLatch ended = new CountDownLatch(1);

    /** Doubled with each error in a row, from 100 ms to 5 s. */
    void after(int errorsInARow) throws InterruptedException {
        Duration doubled = MIN.multipliedBy(1L << Math.min(6, errorsInARow));
        sleep(doubled.compareTo(MAX) < 0 ? doubled : MAX);
    }

    /** @return false if it was cut short */
    boolean sleep(Duration time) throws InterruptedException {
        return !ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The worker has stopped: nobody pauses any more. */
    void end() {
        ended.countDown();
    }

    boolean ended() {
        return ended.getCount() == 0;
    }
}
