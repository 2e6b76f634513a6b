package org.unfoldingword.broker.lane;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.telemetry.Meters;

/** What is counted of a worker on its lane. Safe for threads. */
final class LaneMeters {

    private static final Logger log = LoggerFactory.getLogger(LaneMeters.class);

    private final Lane lane;
    private final MeterRegistry meters;
    private final Counter faults;
    private final Counter leasesLost;

    LaneMeters(Lane lane, MeterRegistry meters) {
        this.lane = lane;
        this.meters = meters;
        // From the start, or whoever looks for their growth would not see the first of them.
        this.faults = Meters.FAULTS.counter(meters, "lane", lane.word());
        this.leasesLost = Meters.LEASES_LOST.counter(meters, "lane", lane.word());
    }

    void claimed(int entries) {
        Meters.CLAIMED.counter(meters, "lane", lane.word()).increment(entries);
    }

    void settled(Verdict verdict) {
        Meters.SETTLED
                .counter(meters, "lane", lane.word(), "verdict", verdict.word())
                .increment();
    }

    void leaseLost() {
        leasesLost.increment();
    }

    /** An entry that could not be read has ended. */
    void unreadable() {
        faults.increment();
    }

    /** Nobody expected it: it is counted, and told here alone. */
    void fault(String doing, RuntimeException failed) {
        faults.increment();
        if (failed instanceof RedisUnavailable) {
            log.warn("{} lane: {} failed, Redis is away ({})", lane.word(), doing, Redis.reason(failed));
        } else {
            log.error("{} lane: {} failed", lane.word(), doing, failed);
        }
    }
}
