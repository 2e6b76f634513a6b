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
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Envelope;

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
        Permit first = acquire(SICK).orElseThrow();
        assertThat(blocked()).isEmpty();
        assertThat(acquire(SICK)).isPresent();

        assertThat(acquire(SICK)).isEmpty();
        assertThat(blocked()).containsExactly(SICK);
        assertThat(acquire(WELL)).isPresent();

        first.onOutcome(DELIVERED);
        first.close();
        first.close(); // gives back one place, not two

        assertThat(blocked()).isEmpty();
        assertThat(acquire(SICK)).isPresent();
        assertThat(acquire(SICK)).isEmpty();
    }

    @Test
    void leavesAnOriginAloneThatDoesNotAnswerThenProbesItOnce() {
        for (int i = 0; i < 4; i++) {
            attempt(SICK, i % 2 == 0 ? UNREACHED : TIMED_OUT);
        }
        assertThat(blocked()).isEmpty();
        attempt(SICK, UNREACHED);

        assertThat(blocked()).containsExactly(SICK);
        assertThat(acquire(SICK)).isEmpty();
        assertThat(acquire(WELL)).isPresent();

        pass(Duration.ofSeconds(30));
        assertThat(blocked()).containsExactly(SICK);
        pass(Duration.ofMillis(1));
        assertThat(blocked()).isEmpty();

        Permit probe = acquire(SICK).orElseThrow();
        assertThat(blocked()).containsExactly(SICK);
        assertThat(acquire(SICK)).isEmpty();
        probe.onOutcome(DELIVERED);
        probe.close();

        assertThat(blocked()).isEmpty();
        assertThat(acquire(SICK)).isPresent();
        assertThat(acquire(SICK)).isPresent();
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

        acquire(SICK).orElseThrow().close();
        attempt(SICK, new DeliveryOutcome.Aborted());

        assertThat(blocked()).isEmpty();
        attempt(SICK, DELIVERED);
        assertThat(acquire(SICK)).isPresent();
        assertThat(acquire(SICK)).isPresent();
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
        Permit kept = acquire("https://busy.example").orElseThrow();
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
        Permit inUse = acquire(WELL).orElseThrow();
        attempt("https://c.example", DELIVERED);
        assertThat(blocked()).containsExactly(SICK);

        attempt("https://d.example", DELIVERED);
        assertThat(origins.remembered()).isEqualTo(3);
        assertThat(blocked()).isEmpty();

        attempt("https://e.example", DELIVERED);
        attempt("https://f.example", DELIVERED);
        assertThat(origins.remembered()).isEqualTo(3);

        // The one in use was the longest unused; had it been forgotten, it would have both places free.
        assertThat(acquire(WELL)).isPresent();
        assertThat(acquire(WELL)).isEmpty();
        inUse.close();
    }

    @Test
    void neverGivesMoreThanItsShareToManyAtOnce() throws Exception {
        List<Permit> permits = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            threads.add(Thread.startVirtualThread(() -> acquire(SICK).ifPresent(permit -> {
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

    /** Four hosts of one org that answered after a minute had all connections, and everybody else's callbacks waited. */
    @Test
    void givesAnOrgItsShareHoweverManyOriginsItHas() {
        Origins few = new Origins(
                new CallbackSettings()
                        .with("concurrency", "4")
                        .with("concurrency-per-origin", "1")
                        .bind(),
                /* originsMax= */ 10,
                now::get);
        Permit first = few.tryAcquire(envelope("slow", "https://a.example")).orElseThrow();
        assertThat(few.tryAcquire(envelope("slow", "https://b.example"))).isPresent();

        assertThat(few.tryAcquire(envelope("slow", "https://c.example"))).isEmpty();
        assertThat(few.tryAcquire(envelope("well", "https://c.example"))).isPresent();

        first.close();
        first.close();
        assertThat(few.tryAcquire(envelope("slow", "https://d.example"))).isPresent();
    }

    @Test
    void givesNoMorePlacesThanThereAre() {
        Origins few = new Origins(
                new CallbackSettings()
                        .with("concurrency", "2")
                        .with("concurrency-per-origin", "1")
                        .with("concurrency-per-org", "2")
                        .bind(),
                /* originsMax= */ 10,
                now::get);
        Permit first = few.tryAcquire(envelope("a", "https://a.example")).orElseThrow();
        assertThat(few.tryAcquire(envelope("b", "https://b.example"))).isPresent();

        assertThat(few.free()).isZero();
        assertThat(few.tryAcquire(envelope("c", "https://c.example"))).isEmpty();
        first.close();
        assertThat(few.tryAcquire(envelope("c", "https://c.example"))).isPresent();
    }

    @Test
    void blamesNoOriginForOurOwnLackOfConnections() {
        for (int i = 0; i < 20; i++) {
            attempt(WELL, new DeliveryOutcome.NoPlace());
        }

        assertThat(blocked()).isEmpty();
    }

    private Optional<Permit> acquire(String origin) {
        return origins.tryAcquire(envelope("acme", origin));
    }

    private static Envelope envelope(String org, String origin) {
        return LaneFixture.envelope(org, "ann", Optional.of(origin + "/cb"));
    }

    private void open(String origin) {
        for (int i = 0; i < 5; i++) {
            attempt(origin, new DeliveryOutcome.Unreached(new IOException("reset")));
        }
    }

    private void attempt(String origin, DeliveryOutcome outcome) {
        try (Permit permit = acquire(origin).orElseThrow()) {
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
