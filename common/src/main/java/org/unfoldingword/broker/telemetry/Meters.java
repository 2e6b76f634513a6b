package org.unfoldingword.broker.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * All meters of the broker: name, kind, tags and what a value means. Tags have few values; never a user, an org or an endpoint.
 * {@code docs/metrics.md} lists the same, and a test compares them.
 *
 * <p>Those of the <em>whole</em> broker come from Redis: each ingest-api tells the same, so take the maximum, not the sum. All
 * others are a process's own.
 */
// Its lists and arrays are never changed.
@SuppressWarnings("ImmutableEnumChecker")
public enum Meters {
    // ── Messages in
    ACCEPTED("broker.messages.accepted", Kind.COUNTER, "Messages accepted", "delivery"),
    REFUSED("broker.messages.refused", Kind.COUNTER, "Requests refused before anything was done", "code"),
    KEYS_STALE("broker.keys.stale", Kind.GAUGE, "1 while the key file is broken and the last good one is in force"),

    // ── One attempt
    CLAIMED("broker.lane.claimed", Kind.COUNTER, "Entries taken under a lease", "lane"),
    SETTLED("broker.lane.settled", Kind.COUNTER, "Attempts settled, by what becomes of the entry", "lane", "verdict"),
    LEASES_LOST("broker.lane.leases.lost", Kind.COUNTER, "Leases lost while the work went on", "lane"),
    FAULTS("broker.lane.faults", Kind.COUNTER, "Unexpected errors; each is a bug, or Redis is away", "lane"),
    RUNNING("broker.lane.running", Kind.GAUGE, "Entries in this process's hands", "lane"),
    HEALTHY("broker.lane.healthy", Kind.GAUGE, "1 while this process works on the lane and Redis answers it", "lane"),
    CIRCUITS_OPEN(
            "broker.circuits.open",
            Kind.GAUGE,
            "Circuits open in this process: the worker's (lane messages), endpoints' (lane callbacks)",
            "lane"),
    WORKER_CALLS("broker.worker.calls", Kind.MINUTES, "Worker calls, by what was seen of them", "outcome"),
    CALLBACKS("broker.callbacks", Kind.SECONDS, "Callback posts, by what was seen of them", "outcome"),

    // ── One message
    WAIT("broker.messages.wait", Kind.HOURS, "From a message's acceptance, or its redrive, to its first attempt"),
    DURATION(
            "broker.messages.duration", Kind.HOURS, "From a message's acceptance, or its redrive, to its end", "state"),
    CALLBACK_DELAY("broker.callbacks.delay", Kind.HOURS, "From a message's end to the delivery of its callback"),

    // ── The whole
    LANE_WAITING("broker.lane.waiting", Kind.GAUGE, "Whole broker: entries that wait: due, delayed or paused", "lane"),
    LANE_HELD("broker.lane.held", Kind.GAUGE, "Whole broker: entries in a holder's hands", "lane"),
    LANE_QUEUES("broker.lane.queues", Kind.GAUGE, "Whole broker: queues with entries", "lane"),
    LANE_DELAYED(
            "broker.lane.delayed",
            Kind.GAUGE,
            "Whole broker: queues that wait for their next attempt, or are paused",
            "lane"),
    LANE_PAUSES(
            "broker.lane.pauses",
            Kind.GAUGE,
            "Whole broker: pauses in force, as often as partitions they touch",
            "lane"),
    LANE_DEAD("broker.lane.dead", Kind.GAUGE, "Whole broker: dead letters", "lane"),
    HEAD_AGE(
            "broker.lane.head.age",
            Kind.GAUGE_SECONDS,
            "Whole broker: how long the longest-standing head has been its queue's head; paused ones and callbacks of"
                    + " messages that still run aside",
            "lane"),
    HOLDERS("broker.holders", Kind.GAUGE, "Whole broker: living processes that work on the lane", "lane"),
    HOLDERS_AILING("broker.holders.ailing", Kind.GAUGE, "Whole broker: those of them that tell of trouble", "lane"),

    // ── Redis
    REDIS_UP("broker.redis.up", Kind.GAUGE, "Whole broker: 1 if Redis, each master of it, answered the latest count"),
    REDIS_MEMORY("broker.redis.memory.used", Kind.GAUGE_BYTES, "Whole broker: memory in use, of the fullest node"),
    REDIS_MEMORY_MAX(
            "broker.redis.memory.max",
            Kind.GAUGE_BYTES,
            "Whole broker: memory at which that node refuses writes; 0: no limit"),
    REDIS_DISK_FAILING(
            "broker.redis.disk.failing",
            Kind.GAUGE,
            "Whole broker: 1 if some node's last write to its disk failed, else 0"),
    REDIS_COMMANDS("broker.redis.commands", Kind.COUNTER, "Commands sent to Redis"),
    REDIS_LATENCY(
            "broker.redis.latency",
            Kind.MILLISECONDS,
            "Commands, from sending to answer; blocking ones aside",
            "command"),

    // ── Those who wait
    WATCHES("broker.watches", Kind.GAUGE, "Messages that somebody waits for in this process"),
    STREAMS_OPEN("broker.streams.open", Kind.GAUGE, "Live streams that are open in this process"),
    STREAMS_SLOW("broker.streams.slow", Kind.COUNTER, "Watchers let go because they took nothing for too long");

    /** What kind of thing is measured, and how. */
    enum Kind {
        COUNTER("", "counter"),
        GAUGE("", "gauge"),
        GAUGE_SECONDS("seconds", "gauge"),
        GAUGE_BYTES("bytes", "gauge"),
        /** Around a millisecond; the slowest is the driver's time-out. */
        MILLISECONDS("seconds", "histogram", 1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000),
        /** An exchange with a client's server. */
        SECONDS("seconds", "histogram", 25, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000),
        /** An answer of the worker. */
        MINUTES(
                "seconds",
                "histogram",
                250,
                500,
                1_000,
                2_500,
                5_000,
                10_000,
                20_000,
                40_000,
                60_000,
                120_000,
                300_000,
                600_000),
        /** Times that a queue or a retry makes long. */
        HOURS(
                "seconds",
                "histogram",
                50,
                250,
                1_000,
                2_500,
                5_000,
                10_000,
                30_000,
                60_000,
                300_000,
                900_000,
                3_600_000,
                14_400_000);

        private final String unit;
        private final String word;
        private final Duration[] bounds;

        Kind(String unit, String word, long... boundsMillis) {
            this.unit = unit;
            this.word = word;
            this.bounds =
                    Arrays.stream(boundsMillis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
        }
    }

    private final String id;
    private final Kind kind;
    private final String meaning;
    private final List<String> tags;

    Meters(String id, Kind kind, String meaning, String... tags) {
        this.id = id;
        this.kind = kind;
        this.meaning = meaning;
        this.tags = List.of(tags);
    }

    /** The name, in Micrometer's dotted form. */
    public String id() {
        return id;
    }

    String meaning() {
        return meaning;
    }

    /** Names of its tags. */
    List<String> tags() {
        return tags;
    }

    /** {@code counter}, {@code gauge} or {@code histogram}. */
    String kind() {
        return kind.word;
    }

    /** The name as Prometheus scrapes it; that of a histogram without {@code _bucket}, {@code _sum} or {@code _count}. */
    String prometheus() {
        String words = id.replace('.', '_');
        return switch (kind) {
            case COUNTER -> words + "_total";
            case GAUGE -> words;
            default -> words + "_" + kind.unit;
        };
    }

    /** All names under which Prometheus finds it. */
    List<String> prometheusNames() {
        if (kind.bounds.length == 0) {
            return List.of(prometheus());
        }
        List<String> names = new ArrayList<>();
        for (String suffix : List.of("_bucket", "_sum", "_count", "_max")) {
            names.add(prometheus() + suffix);
        }
        return names;
    }

    /** @param tags names and values, in turn */
    public Counter counter(MeterRegistry registry, String... tags) {
        check(tags);
        return Counter.builder(id).description(meaning).tags(tags).register(registry);
    }

    /** A counter that something else keeps; it must never go down. */
    public void counted(MeterRegistry registry, DoubleSupplier value, String... tags) {
        check(tags);
        FunctionCounter.builder(id, value, DoubleSupplier::getAsDouble)
                .description(meaning)
                .tags(tags)
                .register(registry);
    }

    /** @param tags names and values, in turn */
    public Timer timer(MeterRegistry registry, String... tags) {
        check(tags);
        return Timer.builder(id)
                .description(meaning)
                .tags(tags)
                .serviceLevelObjectives(kind.bounds)
                .register(registry);
    }

    /** The supplier is kept for as long as the registry lives. */
    public void gauge(MeterRegistry registry, DoubleSupplier value, String... tags) {
        check(tags);
        Gauge.builder(id, value::getAsDouble)
                .description(meaning)
                .baseUnit(kind.unit.isEmpty() ? null : kind.unit)
                .tags(tags)
                .register(registry);
    }

    private void check(String... given) {
        for (int i = 0; i < tags.size() || 2 * i < given.length; i++) {
            if (2 * i + 1 >= given.length || i >= tags.size() || !given[2 * i].equals(tags.get(i))) {
                throw new IllegalArgumentException("tags of " + id + ": " + Arrays.toString(given) + " (expected: "
                        + tags + ", each with a value)");
            }
        }
    }
}
