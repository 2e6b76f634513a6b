package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Makes a repeatable call again while Redis is away, for a time and not so many times: however long a try takes to fail, none begins
 * once the time is over. Safe for threads.
 */
final class Patience {

    /** Between two tries; half of it to one and a half, so that those who wait do not come back all at once. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Duration limit;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Sleeper sleeper;

    /** @param limit from the beginning of the first try to that of the last; zero tries once */
    Patience(Duration limit, Ticker ticker, RandomGenerator random) {
        this(limit, ticker, random, time -> new Semaphore(0).tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS));
    }

    Patience(Duration limit, Ticker ticker, RandomGenerator random, Sleeper sleeper) {
        this.limit = limit;
        this.ticker = ticker;
        this.random = random;
        this.sleeper = sleeper;
    }

    /** @throws RedisUnavailable as the last try did */
    <T> T over(Supplier<T> call) {
        long startNanos = ticker.nanos();
        while (true) {
            try {
                return call.get();
            } catch (RedisUnavailable away) {
                long leftNanos = limit.toNanos() - (ticker.nanos() - startNanos);
                if (leftNanos <= 0 || !paused(leftNanos)) {
                    throw away;
                }
            }
        }
    }

    /** False if it was interrupted. */
    private boolean paused(long atMostNanos) {
        long pauseNanos = PAUSE.toNanos() / 2 + random.nextLong(PAUSE.toNanos() + 1);
        try {
            sleeper.sleep(Duration.ofNanos(Math.min(pauseNanos, atMostNanos)));
            return true;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lets time pass. */
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }
}
