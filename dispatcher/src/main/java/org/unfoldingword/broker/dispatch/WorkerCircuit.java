package org.unfoldingword.broker.dispatch;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the worker is there at all, by what the latest calls came to: see ADR 7. Safe for threads. */
final class WorkerCircuit {

    private final CircuitBreaker circuit;
    /** Passages begun since a half-open circuit permitted one call. */
    private final AtomicInteger probes = new AtomicInteger();

    WorkerCircuit(CircuitBreaker circuit) {
        this.circuit = circuit;
    }

    /** Opens when 16 of the latest 20 calls speak against the worker, and lets one through after each wait. */
    static WorkerCircuit waiting(Duration wait) {
        return new WorkerCircuit(CircuitBreaker.of(
                "worker",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .failureRateThreshold(80)
                        .waitDurationInOpenState(wait)
                        .automaticTransitionFromOpenToHalfOpenEnabled(true)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build()));
    }

    /** None while it is open or a probe is under way, one to probe it: nothing burns attempts on a worker that is down. */
    int room(int free) {
        return switch (circuit.getState()) {
            case OPEN, FORCED_OPEN -> 0;
            case HALF_OPEN -> probes.get() > 0 ? 0 : Math.min(free, 1);
            case CLOSED, DISABLED, METRICS_ONLY -> free;
        };
    }

    boolean open() {
        return circuit.getState() == State.OPEN;
    }

    /** One that probes is as good as open: nobody knows yet whether the worker is back. */
    boolean closed() {
        return circuit.getState() == State.CLOSED;
    }

    /** Begins with the work on one message. */
    Passage begin() {
        return new Passage();
    }

    /** Only what could not reach the worker, or was cut off, speaks against it; what we did ourselves says nothing. */
    private static Sign sign(WorkerOutcome outcome) {
        return switch (outcome) {
            case WorkerOutcome.Unreached unreached -> Sign.DOWN;
            case WorkerOutcome.Unknown unknown -> Sign.DOWN;
            case WorkerOutcome.Busy busy ->
                switch (busy.code()) {
                    case "HTTP_503" -> Sign.DOWN;
                    case WorkerClient.BULKHEAD_FULL -> Sign.NONE;
                    default -> Sign.THERE;
                };
            case WorkerOutcome.Failed failed ->
                failed.status() == 502 || failed.status() == 504 ? Sign.DOWN : Sign.THERE;
            case WorkerOutcome.Answered a -> Sign.THERE;
            case WorkerOutcome.TurnFailed t -> Sign.THERE;
            case WorkerOutcome.Refused r -> Sign.THERE;
            case WorkerOutcome.Garbled g -> Sign.THERE;
            case WorkerOutcome.TooLong t -> Sign.THERE;
            case WorkerOutcome.Aborted a -> Sign.NONE;
        };
    }

    /** One message's way through, confined to a thread; to be closed when the work on it is over. */
    final class Passage implements AutoCloseable {

        private final int probe = circuit.getState() == State.HALF_OPEN ? 1 : 0;
        private boolean owed;

        private Passage() {
            probes.addAndGet(probe);
        }

        /** Whether a call may be made. */
        boolean tryCall() {
            owed = circuit.tryAcquirePermission();
            return owed;
        }

        /** Tells what became of the call. */
        void ended(WorkerOutcome outcome, Duration took) {
            switch (sign(outcome)) {
                case THERE -> circuit.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
                case DOWN ->
                    circuit.onError(took.toNanos(), TimeUnit.NANOSECONDS, new IllegalStateException(outcome.word()));
                case NONE -> {
                    return;
                }
            }
            owed = false;
        }

        /** A circuit that probes has one permit: one that is kept, as nothing was told, would keep it from ever closing. */
        @Override
        public void close() {
            if (owed) {
                circuit.releasePermission();
            }
            probes.addAndGet(-probe);
        }
    }

    /** What an outcome says about the worker as a whole. */
    private enum Sign {
        THERE,
        DOWN,
        NONE
    }
}
