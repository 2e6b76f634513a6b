package org.unfoldingword.broker.callback;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.unfoldingword.broker.message.Envelope;

/**
 * Keeps one receiver's trouble its own: each origin has a bulkhead, so that a slow one occupies only its share of the
 * deliverer, and a circuit, so that one that does not answer is left alone for a while and then probed by a single
 * attempt.
 *
 * <p>And one org's trouble: it has a share of what the deliverer posts at a time, however many origins it has.
 *
 * <p>Safe for threads. Remembers a bounded number of origins; those that had no callback for some time are forgotten,
 * with whatever was known of them, and so are the longest unused ones when there are too many.
 */
final class Origins {

    /**
     * An origin counts as down when half of the latest attempts ended without any answer. Statuses do not count: a receiver that
     * answers 500 to one message may well take the next.
     */
    private static final int UNANSWERED_PERCENT = 50;

    private static final int LATEST = 10;
    private static final int VERDICT_MIN = 5;

    /** Longer than an attempt takes and a circuit stays open by default. */
    private static final Duration IDLE_MAX = Duration.ofMinutes(10);

    private final BulkheadConfig bulkheadConfig;
    private final CircuitBreakerConfig circuitConfig;
    private final Duration openFor;
    private final InstantSource clock;
    private final int originsMax;
    private final int places;
    private final int placesOfAnOrg;
    /** Guarded by this. */
    private int inUse;
    /** By org, places in use; guarded by this. */
    private final Map<String, Integer> inUseBy = new HashMap<>();

    /** From the longest unused to the latest used; guarded by this. */
    private final Map<String, Origin> origins = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    /** @param originsMax how many are remembered; more than can be in use at a time */
    Origins(CallbackProperties properties, int originsMax, InstantSource clock) {
        this.bulkheadConfig = BulkheadConfig.custom()
                .maxConcurrentCalls(properties.concurrencyPerOrigin())
                .maxWaitDuration(Duration.ZERO)
                .writableStackTraceEnabled(false)
                .build();
        this.openFor = properties.circuitWait();
        this.circuitConfig = CircuitBreakerConfig.custom()
                .slidingWindow(LATEST, VERDICT_MIN, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(UNANSWERED_PERCENT)
                .waitDurationInOpenState(openFor)
                .permittedNumberOfCallsInHalfOpenState(1)
                .clock(clock.withZone(ZoneOffset.UTC))
                .build();
        this.originsMax = originsMax;
        this.places = properties.concurrency();
        this.placesOfAnOrg = properties.concurrencyPerOrgInForce();
        this.clock = clock;
    }

    /**
     * Takes a place for one attempt at a message's callback.
     *
     * @return empty if there is no free place, or none for its origin or its org, or the origin's circuit is open or its probe under way
     */
    synchronized Optional<Permit> tryAcquire(Envelope envelope) {
        Origin origin = origins.computeIfAbsent(envelope.callbackEndpoint().orElseThrow(), Origin::new);
        origin.lastUsed = clock.instant();
        boolean room = inUse < places && inUseBy.getOrDefault(envelope.org(), 0) < placesOfAnOrg;
        Optional<Permit> permit =
                room && origin.tryAcquire() ? Optional.of(new Permit(origin, envelope.org())) : Optional.empty();
        if (permit.isPresent()) {
            inUse++;
            inUseBy.merge(envelope.org(), 1, Integer::sum);
        }
        forgetUnused();
        return permit;
    }

    /** Places of all origins together that are free now. */
    synchronized int free() {
        return places - inUse;
    }

    /** Places of an origin that is not in use. */
    int each() {
        return bulkheadConfig.getMaxConcurrentCalls();
    }

    /** How often {@link #tryAcquire} would give a place now, of the origins that have less than {@link #each}. */
    synchronized Map<String, Integer> left() {
        Instant now = clock.instant();
        Map<String, Integer> left = new HashMap<>();
        for (Origin origin : origins.values()) {
            int places = origin.left(now);
            if (places < each()) {
                left.put(origin.name, places);
            }
        }
        return left;
    }

    /** Origins whose circuit is open now. */
    synchronized int open() {
        return (int) origins.values().stream()
                .filter(origin -> origin.circuit.getState() == CircuitBreaker.State.OPEN)
                .count();
    }

    synchronized int remembered() {
        return origins.size();
    }

    private synchronized void giveBack(String org) {
        inUse--;
        inUseBy.computeIfPresent(org, (name, number) -> number == 1 ? null : number - 1);
    }

    private void forgetUnused() {
        Instant idleSince = clock.instant().minus(IDLE_MAX);
        Iterator<Origin> eldestFirst = origins.values().iterator();
        while (eldestFirst.hasNext()) {
            Origin eldest = eldestFirst.next();
            if (origins.size() <= originsMax && eldest.lastUsed.isAfter(idleSince)) {
                return;
            }
            if (eldest.inUse() == 0) {
                eldestFirst.remove();
            }
        }
    }

    /** A place for one attempt, to be closed when it is over. */
    final class Permit implements AutoCloseable {

        private final Origin origin;
        private final String org;
        private final AtomicBoolean judged = new AtomicBoolean();
        private final AtomicBoolean closed = new AtomicBoolean();

        private Permit(Origin origin, String org) {
            this.origin = origin;
            this.org = org;
        }

        /** Tells what became of the attempt; the first word counts. */
        void onOutcome(DeliveryOutcome outcome) {
            if (judged.compareAndSet(false, true)) {
                origin.judge(outcome);
            }
        }

        /** Gives the place back. An attempt of which nothing was told says nothing about the origin. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                if (judged.compareAndSet(false, true)) {
                    origin.circuit.releasePermission();
                }
                origin.bulkhead.onComplete();
                giveBack(org);
            }
        }
    }

    /** What is known of one origin. */
    private final class Origin {

        private final String name;
        private final Bulkhead bulkhead;
        private final CircuitBreaker circuit;
        private volatile Instant openUntil = Instant.MIN;
        private Instant lastUsed = Instant.MIN;

        Origin(String name) {
            this.name = name;
            this.bulkhead = Bulkhead.of(name, bulkheadConfig);
            this.circuit = CircuitBreaker.of(name, circuitConfig);
            this.circuit.getEventPublisher().onStateTransition(transition -> {
                if (transition.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                    openUntil = clock.instant().plus(openFor);
                }
            });
        }

        boolean tryAcquire() {
            if (!bulkhead.tryAcquirePermission()) {
                return false;
            }
            if (!circuit.tryAcquirePermission()) {
                bulkhead.releasePermission();
                return false;
            }
            return true;
        }

        int inUse() {
            Bulkhead.Metrics places = bulkhead.getMetrics();
            return places.getMaxAllowedConcurrentCalls() - places.getAvailableConcurrentCalls();
        }

        int left(Instant now) {
            int free = bulkhead.getMetrics().getAvailableConcurrentCalls();
            return switch (circuit.getState()) {
                case OPEN -> now.isAfter(openUntil) ? Math.min(free, 1) : 0;
                case HALF_OPEN -> inUse() > 0 ? 0 : 1;
                default -> free;
            };
        }

        /** A status is an answer, whatever it says; ours to stop and the guard's to refuse tell nothing. */
        void judge(DeliveryOutcome outcome) {
            switch (outcome) {
                case DeliveryOutcome.Delivered delivered -> answered();
                case DeliveryOutcome.Gone gone -> answered();
                case DeliveryOutcome.Retryable retryable -> answered();
                case DeliveryOutcome.TimedOut timedOut -> unanswered(new IOException(outcome.reason()));
                case DeliveryOutcome.Unreached(IOException cause) -> unanswered(cause);
                case DeliveryOutcome.Forbidden forbidden -> circuit.releasePermission();
                case DeliveryOutcome.NoPlace noPlace -> circuit.releasePermission();
                case DeliveryOutcome.Aborted aborted -> circuit.releasePermission();
            }
        }

        private void answered() {
            circuit.onSuccess(0, TimeUnit.NANOSECONDS);
        }

        private void unanswered(IOException cause) {
            circuit.onError(0, TimeUnit.NANOSECONDS, cause);
        }
    }
}
