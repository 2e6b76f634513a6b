package org.unfoldingword.broker.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.callback.Origins.Permit;

class OriginsTest {

    private static final String SICK = "https://sick.example";
    private static final String WELL = "https://well.example";

    private static final DeliveryOutcome UNREACHED = new DeliveryOutcome.Unreached(new ConnectException("refused"));
    private static final DeliveryOutcome TIMED_OUT = new DeliveryOutcome.TimedOut(Duration.ofSeconds(60));
    private static final DeliveryOutcome DELIVERED = new DeliveryOutcome.Delivered(200);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final Origins origins = new Origins(
            new CallbackSettings().with("concurrency-per-origin", "2").bind(), /* originsMax= */ 3, now::get);

    @Test
    void givesEachOriginItsShareAndNoMore() {
        Permit first = origins.tryAcquire(SICK).orElseThrow();
        assertThat(blocked()).isEmpty();
        assertThat(origins.tryAcquire(SICK)).isPresent();

        assertThat(origins.tryAcquire(SICK)).isEmpty();
        assertThat(blocked()).containsExactly(SICK);
        assertThat(origins.tryAcquire(WELL)).isPresent();

        first.onOutcome(DELIVERED);
        first.close();
        first.close(); // gives back one place, not two

        assertThat(blocked()).isEmpty();
        assertThat(origins.tryAcquire(SICK)).isPresent();
        assertThat(origins.tryAcquire(SICK)).isEmpty();
    }

    @Test
    void leavesAnOriginAloneThatDoesNotAnswerThenProbesItOnce() {
        for (int i = 0; i < 4; i++) {
            attempt(SICK, i % 2 == 0 ? UNREACHED : TIMED_OUT);
        }
        assertThat(blocked()).isEmpty();
        attempt(SICK, UNREACHED);

        assertThat(blocked()).containsExactly(SICK);
        assertThat(origins.tryAcquire(SICK)).isEmpty();
        assertThat(origins.tryAcquire(WELL)).isPresent();

        pass(Duration.ofSeconds(30));
        assertThat(blocked()).containsExactly(SICK);
        pass(Duration.ofMillis(1));
        assertThat(blocked()).isEmpty();

        Permit probe = origins.tryAcquire(SICK).orElseThrow();
        assertThat(blocked()).containsExactly(SICK);
        assertThat(origins.tryAcquire(SICK)).isEmpty();
        probe.onOutcome(DELIVERED);
        probe.close();

        assertThat(blocked()).isEmpty();
        assertThat(origins.tryAcquire(SICK)).isPresent();
        assertThat(origins.tryAcquire(SICK)).isPresent();
    }

    @Test
    void leavesItAloneAgainWhenTheProbeFails() {
        open(SICK);
        pass(Duration.ofSeconds(31));

        attempt(SICK, TIMED_OUT);

        assertThat(blocked()).containsExactly(SICK);
        pass(Duration.ofSeconds(30));
        assertThat(blocked()).containsExactly(SICK);
        pass(Duration.ofMillis(1));
        assertThat(blocked()).isEmpty();
    }

    @Test
    void probesAgainWhenAProbeEndedWithoutAnOutcome() {
        open(SICK);
        pass(Duration.ofSeconds(31));

        origins.tryAcquire(SICK).orElseThrow().close();
        attempt(SICK, new DeliveryOutcome.Aborted());

        assertThat(blocked()).isEmpty();
        attempt(SICK, DELIVERED);
        assertThat(origins.tryAcquire(SICK)).isPresent();
        assertThat(origins.tryAcquire(SICK)).isPresent();
    }

    /** A receiver that answers 500 to one message may well take the next. */
    @Test
    void staysOpenToAnOriginThatAnswersWhateverItSays() {
        for (int i = 0; i < 20; i++) {
            attempt(SICK, new DeliveryOutcome.Retryable(500, Optional.empty(), ""));
            attempt(SICK, new DeliveryOutcome.Gone());
        }

        assertThat(blocked()).isEmpty();
    }

    @Test
    void forgetsOriginsThatAreNotUsed() {
        Permit kept = origins.tryAcquire("https://busy.example").orElseThrow();
        open(SICK);
        assertThat(origins.remembered()).isEqualTo(2);

        pass(Duration.ofMinutes(11));
        attempt(WELL, DELIVERED);

        assertThat(origins.remembered()).isEqualTo(2);
        assertThat(blocked()).isEmpty();
        kept.onOutcome(DELIVERED);
        kept.close();
    }

    @Test
    void remembersNoMoreThanItsLimitAndForgetsTheLongestUnusedFirst() {
        open(SICK);
        Permit inUse = origins.tryAcquire(WELL).orElseThrow();
        attempt("https://c.example", DELIVERED);
        assertThat(blocked()).containsExactly(SICK);

        attempt("https://d.example", DELIVERED);
        assertThat(origins.remembered()).isEqualTo(3);
        assertThat(blocked()).isEmpty();

        attempt("https://e.example", DELIVERED);
        attempt("https://f.example", DELIVERED);
        assertThat(origins.remembered()).isEqualTo(3);

        // The one in use was the longest unused; had it been forgotten, it would have both places free.
        assertThat(origins.tryAcquire(WELL)).isPresent();
        assertThat(origins.tryAcquire(WELL)).isEmpty();
        inUse.close();
    }

    @Test
    void neverGivesMoreThanItsShareToManyAtOnce() throws Exception {
        List<Permit> permits = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            threads.add(Thread.startVirtualThread(() -> origins.tryAcquire(SICK).ifPresent(permit -> {
                synchronized (permits) {
                    permits.add(permit);
                }
            })));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(permits).hasSize(2);
    }

    private void open(String origin) {
        for (int i = 0; i < 5; i++) {
            attempt(origin, new DeliveryOutcome.Unreached(new IOException("reset")));
        }
    }

    private void attempt(String origin, DeliveryOutcome outcome) {
        try (Permit permit = origins.tryAcquire(origin).orElseThrow()) {
            permit.onOutcome(outcome);
        }
    }

    private void pass(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
    }

    private Set<String> blocked() {
        Set<String> blocked = new HashSet<>(origins.left().keySet());
        blocked.removeIf(origin -> origins.left().get(origin) > 0);
        return blocked;
    }
}
