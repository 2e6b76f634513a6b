package org.unfoldingword.broker.benchmark;

import java.util.Optional;

/**
 * One thing that was measured.
 *
 * @param n how many were measured
 * @param goal what it should be; none: it is only told
 */
record Row(String name, long n, Measure measure, Optional<Goal> goal) {

    /** Milliseconds, or a plain amount. */
    sealed interface Measure {
        record Spread(double p50Millis, double p99Millis, double maxMillis) implements Measure {}

        record Amount(double value) implements Measure {}
    }

    record Goal(String text, boolean met) {}

    static Row latencies(String name, Latencies latencies) {
        Measure spread = new Measure.Spread(latencies.millisAt(50), latencies.millisAt(99), latencies.millisAt(100));
        return new Row(name, latencies.count(), spread, Optional.empty());
    }

    static Row amount(String name, long n, double value) {
        return new Row(name, n, new Measure.Amount(value), Optional.empty());
    }

    /** Nothing measured meets no goal. */
    Row p99AtMost(double millis) {
        boolean met = n > 0 && measure instanceof Measure.Spread spread && spread.p99Millis() <= millis;
        return new Row(name, n, measure, Optional.of(new Goal("p99 <= %.0f ms".formatted(millis), met)));
    }

    Row atMost(double most) {
        boolean met = measure instanceof Measure.Amount amount && amount.value() <= most;
        return new Row(name, n, measure, Optional.of(new Goal("<= %.0f".formatted(most), met)));
    }
}
