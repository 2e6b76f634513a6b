package org.unfoldingword.broker.dispatch;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long a message waits before it is tried again: doubled with each attempt, and between half and all of that by chance. By
 * default, after attempt 1 up to 0.5 s, then 1, 2, 4, 8 and 16 s, and 30 s from the seventh on.
 */
record Backoff(Duration first, Duration max, RandomGenerator random) {

    /** @param attempt the one that failed, from 1 */
    Duration after(int attempt) {
        long doubledMillis = first.toMillis() << Math.min(20, Math.max(0, attempt - 1));
        long cappedMillis = Math.min(doubledMillis, max.toMillis());
        return Duration.ofMillis(cappedMillis / 2 + random.nextLong(cappedMillis / 2 + 1));
    }

    /** Never shorter than what was asked for. */
    Duration after(int attempt, Optional<Duration> asked) {
        Duration wait = after(attempt);
        return asked.filter(longer -> longer.compareTo(wait) > 0).orElse(wait);
    }
}
