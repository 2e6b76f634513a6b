package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Verdict.Doubt;

/**
 * When a callback is tried again, and when no more. Immutable.
 *
 * <p>A wait is the schedule's, or the receiver's {@code Retry-After} if that is longer; then up to the jitter's share
 * is added, never taken away; then it is cut to {@link #WAIT_MAX}. So the receiver can slow its callbacks down but not
 * speed them up, and receivers that failed together are not retried together.
 *
 * <p>The default schedule, without jitter:
 *
 * <pre>
 * attempt   wait before it   elapsed
 *       1               0s        0s
 *       2               5s        5s
 *       3              30s       35s
 *       4               2m     2m35s
 *       5              10m    12m35s
 *       6              30m    42m35s
 *       7               1h  1h42m35s
 *       8               2h  3h42m35s, then it is given up
 * </pre>
 */
final class RetrySchedule {

    /** The usual share of a wait that may be added to it, so that receivers that failed together are not retried together. */
    static final double JITTER = 0.1;

    /** How soon a result is looked at again that could not be posted for lack of a place of ours. */
    static final Duration NO_PLACE = Duration.ofSeconds(1);

    /** No wait is longer, whoever asks for it. */
    static final Duration WAIT_MAX = Duration.ofDays(1);

    private final List<Duration> waits;
    private final double jitter;
    private final RandomGenerator random;

    /**
     * @param waits the wait before each attempt, the first included
     * @param jitter the share of a wait that may be added to it: 0.1 is up to a tenth
     */
    RetrySchedule(List<Duration> waits, double jitter, RandomGenerator random) {
        this.waits = List.copyOf(waits);
        this.jitter = jitter;
        this.random = random;
    }

    /** How long to wait before the first attempt. */
    Duration first() {
        return waits.getFirst();
    }

    /**
     * How long to wait after an attempt that failed.
     *
     * @param attempt which one it was, from 1
     * @param retryAfter what the receiver asked for
     * @return empty if it was the last one
     */
    Optional<Duration> after(int attempt, Optional<Duration> retryAfter) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
        }
        if (attempt >= waits.size()) {
            return Optional.empty();
        }
        // The list counts from 0, so the wait before the next attempt is at this one's number.
        Duration asked = retryAfter.orElse(Duration.ZERO);
        Duration wait = shorter(longer(waits.get(attempt), asked), WAIT_MAX);
        long addedMillis = (long) (wait.toMillis() * jitter * random.nextDouble());
        return Optional.of(shorter(wait.plusMillis(addedMillis), WAIT_MAX));
    }

    /**
     * The lane's next move after an attempt.
     *
     * @param attempt which one it was, from 1
     */
    Verdict next(int attempt, DeliveryOutcome outcome) {
        return switch (outcome) {
            case DeliveryOutcome.Delivered delivered -> new Verdict.Delivered();
            case DeliveryOutcome.Gone gone -> new Verdict.Undeliverable(gone.reason());
            case DeliveryOutcome.Retryable refused ->
                again(attempt, refused.reason(), refused.said(), refused.retryAfter());
            case DeliveryOutcome.TimedOut timedOut -> again(attempt, timedOut.reason());
            case DeliveryOutcome.Unreached unreached -> again(attempt, unreached.reason());
            case DeliveryOutcome.Forbidden forbidden -> again(attempt, forbidden.reason());
            case DeliveryOutcome.NoPlace noPlace -> new Verdict.Back(NO_PLACE, Doubt.UNCHANGED);
            case DeliveryOutcome.Aborted aborted -> new Verdict.Back(Duration.ZERO, Doubt.UNCHANGED);
        };
    }

    /** The lane's next move after an attempt that failed for a reason that nobody said. */
    Verdict again(int attempt, String reason) {
        return again(attempt, reason, /* said= */ "", Optional.empty());
    }

    private Verdict again(int attempt, String reason, String said, Optional<Duration> retryAfter) {
        return after(attempt, retryAfter)
                .<Verdict>map(wait -> new Verdict.Later(wait, reason, said, false, Doubt.UNCHANGED))
                .orElseGet(() -> new Verdict.Undeliverable(reason, said));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
