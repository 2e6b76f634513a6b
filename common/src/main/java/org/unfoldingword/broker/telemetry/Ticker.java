package org.unfoldingword.broker.telemetry;

/** Monotonic time. */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since some moment; only differences mean anything. */
    long nanos();
}
