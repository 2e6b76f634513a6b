package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Live;
import org.unfoldingword.broker.lane.Memory;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * The meters that tell of the whole broker. A scrape reads some twenty of them; the first one asks Redis, and what it said serves
 * the others: two commands a scrape, or a few more while something is paused or callbacks wait, at a cost that does not grow with
 * the number of users. While Redis is away they have no value, but {@code broker.redis.up} is 0.
 *
 * <p>Safe for threads; one asks, the others wait for it.
 */
final class WholeBroker {

    /** Longer than a scrape takes, shorter than the time between two. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** Less than a scraper waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Operations operations;
    private final Ticker ticker;

    // Guarded by this.
    private CompletableFuture<Picture> asked =
            CompletableFuture.failedFuture(new IllegalStateException("not asked yet"));
    private Optional<Picture> latest = Optional.empty();
    private long takenNanos;
    private boolean taken;

    private WholeBroker(Operations operations, Ticker ticker) {
        this.operations = operations;
        this.ticker = ticker;
    }

    static WholeBroker measured(Operations operations, Ticker ticker, MeterRegistry meters) {
        WholeBroker whole = new WholeBroker(operations, ticker);
        Meters.REDIS_UP.gauge(
                meters,
                () -> whole.picture()
                                .filter(picture -> picture.live.away() == 0)
                                .isPresent()
                        ? 1
                        : 0);
        Meters.REDIS_MEMORY.gauge(meters, () -> whole.value(picture -> picture.memory.usedBytes()));
        Meters.REDIS_MEMORY_MAX.gauge(
                meters, () -> whole.value(picture -> picture.memory.maxBytes().orElse(0L)));
        Meters.REDIS_DISK_FAILING.gauge(meters, () -> whole.value(picture -> picture.memory.diskWrites() ? 0 : 1));
        whole.lane(
                meters,
                "messages",
                Live::messages,
                live -> live.totals().unfinished() - live.totals().running(),
                live -> live.totals().dispatchers());
        whole.lane(
                meters,
                "callbacks",
                Live::callbacks,
                live -> live.totals().callbacksPending() - live.callbacks().running(),
                live -> live.totals().deliverers());
        whole.headAge(meters, "messages", Picture::longestMessage);
        whole.headAge(meters, "callbacks", Picture::longestCallback);
        return whole;
    }

    private void lane(
            MeterRegistry meters,
            String lane,
            Function<Live, Live.Fare> fare,
            Function<Live, Long> waiting,
            Function<Live, Map<String, String>> holders) {
        gauge(Meters.LANE_WAITING, meters, lane, waiting::apply);
        gauge(Meters.LANE_HELD, meters, lane, live -> fare.apply(live).running());
        gauge(Meters.LANE_QUEUES, meters, lane, live -> fare.apply(live).queues());
        gauge(Meters.LANE_DELAYED, meters, lane, live -> fare.apply(live).delayed());
        gauge(Meters.LANE_PAUSES, meters, lane, live -> fare.apply(live).paused());
        gauge(Meters.LANE_DEAD, meters, lane, live -> fare.apply(live).dead());
        gauge(Meters.HOLDERS, meters, lane, live -> holders.apply(live).size());
        gauge(Meters.HOLDERS_AILING, meters, lane, live -> holders.apply(live).values().stream()
                .filter(state -> !state.equals("ok"))
                .count());
    }

    private void headAge(MeterRegistry meters, String lane, Function<Picture, Optional<Duration>> age) {
        Meters.HEAD_AGE.gauge(
                meters,
                () -> value(picture -> age.apply(picture)
                        .map(stood -> stood.toMillis() / 1000.0)
                        .orElse(0.0)),
                "lane",
                lane);
    }

    private void gauge(Meters meter, MeterRegistry meters, String lane, Function<Live, Number> value) {
        meter.gauge(meters, () -> value(picture -> value.apply(picture.live)), "lane", lane);
    }

    private double value(Function<Picture, Number> of) {
        return picture().map(picture -> of.apply(picture).doubleValue()).orElse(Double.NaN);
    }

    private synchronized Optional<Picture> picture() {
        if (!taken || ticker.nanos() - takenNanos > FRESH.toNanos()) {
            latest = ask();
            takenNanos = ticker.nanos();
            taken = true;
        }
        return latest;
    }

    /** A scrape does not wait for as long as a message would; one that gave up leaves its question to the next. */
    private Optional<Picture> ask() {
        if (asked.isDone()) {
            asked = new CompletableFuture<>();
            CompletableFuture<Picture> question = asked;
            Thread.ofVirtual().name("whole-broker").start(() -> answer(question));
        }
        try {
            return Optional.of(asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException away) {
            return Optional.empty();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void answer(CompletableFuture<Picture> question) {
        try {
            Live live = operations.live();
            question.complete(new Picture(
                    live,
                    operations.longestStanding(Lane.MESSAGES, live),
                    operations.longestStanding(Lane.CALLBACKS, live),
                    operations.memory()));
        } catch (RuntimeException away) {
            question.completeExceptionally(away);
        }
    }

    /** What Redis said, at one moment. */
    private record Picture(
            Live live, Optional<Duration> longestMessage, Optional<Duration> longestCallback, Memory memory) {}
}
