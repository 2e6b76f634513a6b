package org.unfoldingword.broker.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * One thing that was measured, in one round or, summed up, in several.
 *
 * @param n how many were measured
 * @param goal what it should be; none: it is only told
 */
record Row(String name, long n, Measure measure, Optional<Goal> goal) {

    static Row latencies(String name, Latencies latencies) {
        Measure spread = new Measure.Spread(latencies.millisAt(50), latencies.millisAt(99), latencies.millisAt(100));
        return new Row(name, latencies.count(), spread, Optional.empty());
    }

    static Row amount(String name, long n, double value) {
        return new Row(name, n, new Measure.Amount(value), Optional.empty());
    }

    /** Nothing measured meets no goal. */
    Row p99AtMost(double millis) {
        boolean any = n > 0;
        return with(new Goal(
                "p99 <= %s ms".formatted(shown(millis)),
                /* everyRound= */ false,
                measure -> any && measure instanceof Measure.Spread spread && spread.p99Millis() <= millis));
    }

    /** Nothing measured meets no goal. */
    Row p50AndP99AtMost(double p50Millis, double p99Millis) {
        boolean any = n > 0;
        return with(new Goal(
                "p50 <= %s, p99 <= %s ms".formatted(shown(p50Millis), shown(p99Millis)),
                /* everyRound= */ false,
                measure -> any
                        && measure instanceof Measure.Spread spread
                        && spread.p50Millis() <= p50Millis
                        && spread.p99Millis() <= p99Millis));
    }

    Row atMost(double most) {
        return with(new Goal(
                "<= " + shown(most),
                /* everyRound= */ false,
                measure -> measure instanceof Measure.Amount amount && amount.value() <= most));
    }

    Row atLeast(double least) {
        return with(new Goal(
                ">= " + shown(least),
                /* everyRound= */ false,
                measure -> measure instanceof Measure.Amount amount && amount.value() >= least));
    }

    /** Something that may never happen: no median hides it. */
    Row never() {
        return with(new Goal(
                "never",
                /* everyRound= */ true,
                measure -> measure instanceof Measure.Amount amount && amount.value() == 0));
    }

    /** The medians of several rounds of the same thing. */
    static Row median(List<Row> rounds) {
        Row first = rounds.getFirst();
        long n = rounds.stream().mapToLong(Row::n).sum();
        Measure measure =
                switch (first.measure) {
                    case Measure.Amount amount -> new Measure.Amount(median(rounds, Row::value));
                    case Measure.Spread spread ->
                        new Measure.Spread(
                                median(rounds, row -> row.spread().p50Millis()),
                                median(rounds, row -> row.spread().p99Millis()),
                                median(rounds, row -> row.spread().maxMillis()));
                };
        return new Row(first.name, n, measure, first.goal);
    }

    /** The figure that stands for it: the amount, or the 99th percentile. */
    double value() {
        return switch (measure) {
            case Measure.Amount amount -> amount.value();
            case Measure.Spread spread -> spread.p99Millis();
        };
    }

    static String shown(double value) {
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    }

    private Measure.Spread spread() {
        return (Measure.Spread) measure;
    }

    private Row with(Goal other) {
        return new Row(name, n, measure, Optional.of(other));
    }

    private static double median(List<Row> rounds, ToDoubleFunction<Row> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }

    /** Milliseconds, or a plain amount. */
    sealed interface Measure {
        record Spread(double p50Millis, double p99Millis, double maxMillis) implements Measure {}

        record Amount(double value) implements Measure {}
    }

    /** A figure's bound; it holds in every round, or for the median of all rounds. */
    record Goal(String text, boolean everyRound, Predicate<Measure> holds) {}
}
