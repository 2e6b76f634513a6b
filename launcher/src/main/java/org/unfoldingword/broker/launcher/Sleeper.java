package org.unfoldingword.broker.launcher;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting, passed in so that tests need not. */
@FunctionalInterface
interface Sleeper {

    void sleep(Duration pause) throws InterruptedException;

    static Sleeper real() {
        return pause -> {
            boolean never = new CountDownLatch(1).await(pause.toNanos(), TimeUnit.NANOSECONDS);
            assert !never;
        };
    }
}
