package org.unfoldingword.broker.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/** All meters of the broker: name, unit and what a value means. Tags are of few values; never a user or an org. */
public enum Meters {
    /** Messages accepted; tag {@code delivery}: callback, held, async, stream. */
    ACCEPTED("broker.messages.accepted", "Messages accepted"),
    /** Requests refused before anything was done; tag {@code code}. */
    REFUSED("broker.messages.refused", "Requests refused"),
    /** Entries taken under a lease; tag {@code lane}. */
    CLAIMED("broker.lane.claimed", "Entries taken under a lease"),
    /** Leases that another holder took, or that ran out; tag {@code lane}. */
    LEASES_LOST("broker.lane.leases.lost", "Leases lost while the work went on"),
    /** Attempts settled; tags {@code lane}, {@code verdict}. */
    SETTLED("broker.lane.settled", "Attempts settled"),
    /** Entries held now; tag {@code lane}. */
    RUNNING("broker.lane.running", "Entries held by this process"),
    /** Unexpected errors of a loop or a handler; tag {@code lane}. */
    FAULTS("broker.lane.faults", "Unexpected errors; each is a bug or Redis being away"),
    /** Worker calls, with their duration; tag {@code outcome}. */
    WORKER_CALLS("broker.worker.calls", "Worker calls by outcome"),
    /** Callback posts, with their duration; tag {@code outcome}. */
    CALLBACKS("broker.callbacks", "Callback posts by outcome"),
    /** From acceptance to the first claim. */
    WAIT("broker.messages.wait", "Time from acceptance to the first attempt"),
    /** Commands sent to Redis. */
    REDIS_COMMANDS("broker.redis.commands", "Commands sent to Redis");

    private final String id;
    private final String description;

    Meters(String id, String description) {
        this.id = id;
        this.description = description;
    }

    /** The name, in Micrometer's dotted form. */
    public String id() {
        return id;
    }

    public Counter counter(MeterRegistry registry, String... tags) {
        return Counter.builder(id).description(description).tags(tags).register(registry);
    }

    public Timer timer(MeterRegistry registry, String... tags) {
        return Timer.builder(id)
                .description(description)
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
    }

    public void gauge(MeterRegistry registry, Supplier<Number> value, String... tags) {
        io.micrometer.core.instrument.Gauge.builder(id, value)
                .description(description)
                .tags(tags)
                .register(registry);
    }
}
