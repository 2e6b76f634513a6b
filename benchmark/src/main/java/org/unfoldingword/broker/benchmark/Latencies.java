package org.unfoldingword.broker.benchmark;

import org.HdrHistogram.ConcurrentHistogram;

/** Durations, kept to three digits. Safe for threads. */
final class Latencies {

    private final ConcurrentHistogram micros = new ConcurrentHistogram(/* numberOfSignificantValueDigits= */ 3);

    void add(long nanos) {
        micros.recordValue(nanos / 1000);
    }

    long count() {
        return micros.getTotalCount();
    }

    double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
    }
}
