package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final AtomicInteger tries = new AtomicInteger();
    /** Moved by pauses and tries alone. */
    private Duration now = Duration.ZERO;

    private final Patience patience = patience(LIMIT);

    @Test
    void triesAgainUntilRedisIsBack() {
        assertThat(patience.<Integer>over(() -> failsUntil(Duration.ofSeconds(2), /* took= */ Duration.ZERO)))
                .isGreaterThan(4);
        assertThat(now).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(2).plusMillis(375));
    }

    @Test
    void triesForTheLastTimeWhenTheTimeIsOver() {
        assertThatThrownBy(() -> patience.over(() -> failsUntil(Duration.ofHours(1), /* took= */ Duration.ZERO)))
                .isInstanceOf(RedisUnavailable.class);
        assertThat(now).isEqualTo(LIMIT);
        assertThat(tries.get()).isBetween(9, 25);
    }

    /** Thirteen tries of 5 s each were made in the name of 3 s. */
    @Test
    void beginsNoTryAfterOneThatTookLongerThanTheTime() {
        assertThatThrownBy(() -> patience.over(() -> failsUntil(Duration.ofHours(1), Duration.ofSeconds(5))))
                .isInstanceOf(RedisUnavailable.class);
        assertThat(tries).hasValue(1);
        assertThat(now).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void withoutPatienceTriesOnce() {
        Patience none = patience(Duration.ZERO);
        assertThatThrownBy(() -> none.over(() -> failsUntil(Duration.ofHours(1), /* took= */ Duration.ZERO)))
                .isInstanceOf(RedisUnavailable.class);
        assertThat(tries).hasValue(1);
    }

    @Test
    void doesNotTryAgainWhatWasAnswered() {
        assertThatThrownBy(() -> patience.over(() -> {
                    tries.incrementAndGet();
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(tries).hasValue(1);
    }

    @Test
    void givesUpWhenItIsInterrupted() {
        Patience hurried = new Patience(LIMIT, () -> now.toNanos(), new Random(1), time -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> hurried.over(() -> failsUntil(Duration.ofHours(1), /* took= */ Duration.ZERO)))
                .isInstanceOf(RedisUnavailable.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(tries).hasValue(1);
    }

    private Patience patience(Duration limit) {
        return new Patience(limit, () -> now.toNanos(), new Random(1), time -> now = now.plus(time));
    }

    /** Returns the number of tries. */
    private int failsUntil(Duration back, Duration took) {
        int number = tries.incrementAndGet();
        now = now.plus(took);
        if (now.compareTo(back) < 0) {
            throw new RedisUnavailable("away");
        }
        return number;
    }
}
