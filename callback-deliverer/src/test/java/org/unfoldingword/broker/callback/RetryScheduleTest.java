package org.unfoldingword.broker.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryScheduleTest {

    private static final List<Duration> DEFAULT = CallbackSettings.defaults().retrySchedule();
    private static final double NEVER = 0.0;
    private static final double NEARLY_ONE = Math.nextDown(1.0);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1 | PT0S   | PT0S
                    2 | PT5S   | PT5S
                    3 | PT30S  | PT35S
                    4 | PT2M   | PT2M35S
                    5 | PT10M  | PT12M35S
                    6 | PT30M  | PT42M35S
                    7 | PT1H   | PT1H42M35S
                    8 | PT2H   | PT3H42M35S
                    """)
    void waitsAsTheTableInItsDocumentationSays(int attempt, Duration waitBeforeIt, Duration elapsed) {
        RetrySchedule schedule = schedule(0, NEVER);

        Duration total = schedule.first();
        Duration last = total;
        for (int before = 1; before < attempt; before++) {
            last = schedule.after(before, Optional.empty()).orElseThrow();
            total = total.plus(last);
        }

        assertThat(last).isEqualTo(waitBeforeIt);
        assertThat(total).isEqualTo(elapsed);
    }

    @Test
    void givesUpAfterTheLastAttemptWhateverTheReceiverAsksFor() {
        RetrySchedule schedule = schedule(0.1, NEVER);

        assertThat(schedule.after(7, Optional.empty())).isPresent();
        assertThat(schedule.after(8, Optional.empty())).isEmpty();
        assertThat(schedule.after(8, Optional.of(Duration.ofSeconds(1)))).isEmpty();
        assertThat(schedule.after(9, Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, PT5S", // never shorter than the schedule
        "PT4S, PT5S",
        "PT6S, PT6S", // but longer
        "PT23H, PT23H",
        "PT24H, PT24H",
        "PT25H, PT24H", // up to a day
        "P365D, PT24H"
    })
    void isStretchedByTheReceiverAndNeverShortened(Duration retryAfter, Duration wait) {
        assertThat(schedule(0, NEVER).after(1, Optional.of(retryAfter))).contains(wait);
    }

    @Test
    void addsJitterAndNeverTakesAway() {
        assertThat(schedule(0.1, NEVER).after(3, Optional.empty())).contains(Duration.ofMinutes(2));
        assertThat(schedule(0.1, 0.5).after(3, Optional.empty())).contains(Duration.ofSeconds(126));
        assertThat(schedule(0.1, NEARLY_ONE).after(3, Optional.empty())).contains(Duration.ofMillis(131_999));
        assertThat(schedule(0.1, 0.5).after(1, Optional.of(Duration.ofSeconds(60))))
                .contains(Duration.ofSeconds(63));
    }

    @Test
    void capsAfterTheJitter() {
        assertThat(schedule(1.0, NEARLY_ONE).after(1, Optional.of(Duration.ofHours(23))))
                .contains(RetrySchedule.WAIT_MAX);
    }

    @Test
    void countsAttemptsFromOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> schedule(0, NEVER).after(0, Optional.empty()))
                .withMessage("attempt: 0 (expected: >= 1)");
    }

    private static RetrySchedule schedule(double jitter, double chance) {
        RandomGenerator loaded = new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("only doubles are drawn");
            }

            @Override
            public double nextDouble() {
                return chance;
            }
        };
        return new RetrySchedule(DEFAULT, jitter, loaded);
    }
}
