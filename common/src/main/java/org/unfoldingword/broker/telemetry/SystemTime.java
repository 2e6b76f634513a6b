package org.unfoldingword.broker.telemetry;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** The one adapter to the machine's clocks and chance; everything else has them passed in. */
public final class SystemTime {

    private static final SecureRandom RANDOM = new SecureRandom();

    private SystemTime() {}

    /** Wall-clock time, for timestamps. */
    public static InstantSource instants() {
        return Instant::now;
    }

    /** Monotonic time, for durations. */
    public static Ticker ticker() {
        return System::nanoTime;
    }

    /** Chance: for ids and jitter. Safe for threads. */
    public static RandomGenerator random() {
        return RANDOM;
    }
}
