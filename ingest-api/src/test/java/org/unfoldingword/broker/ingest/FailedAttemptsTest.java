package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedAttemptsTest {

    private static final Duration EVERY = Duration.ofSeconds(3);

    private final AtomicLong nanos = new AtomicLong(1);
    private final FailedAttempts attempts = new FailedAttempts(2, EVERY, nanos::get);

    @Test
    void refusesASourceAfterItsBurstAndForgivesOneAfterAWhile() {
        assertThat(attempts.add("10.0.0.1")).isEmpty();
        assertThat(attempts.add("10.0.0.1")).isEmpty();
        assertThat(attempts.add("10.0.0.1")).contains(EVERY);
        assertThat(attempts.add("10.0.0.2")).as("another source").isEmpty();
        nanos.addAndGet(EVERY.toNanos());
        assertThat(attempts.add("10.0.0.1")).isEmpty();
        assertThat(attempts.add("10.0.0.1")).isPresent();
    }

    @Test
    void takesASubnetOfIpv6AsOneSource() {
        assertThat(attempts.add("2001:db8:1:2::1")).isEmpty();
        assertThat(attempts.add("2001:db8:1:2::2")).isEmpty();
        assertThat(attempts.add("2001:db8:1:2:ffff::3")).isPresent();
        assertThat(attempts.add("2001:db8:1:3::1")).isEmpty();
    }

    @Test
    void remembersABoundedNumberOfSources() {
        for (int i = 0; i < FailedAttempts.SOURCES_MAX + 500; i++) {
            attempts.add("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
        }
        assertThat(attempts.sources()).isEqualTo(FailedAttempts.SOURCES_MAX);
    }
}
