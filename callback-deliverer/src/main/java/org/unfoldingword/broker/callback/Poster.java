package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Verdict.Doubt;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Ticker;

/** Posts callbacks of either shape: each in a place at its origin, which is taken for one post only. Safe for threads. */
final class Poster {

    private static final Logger log = LoggerFactory.getLogger(Poster.class);

    /** How soon a place is asked for again, and how often before what comes before the end is passed over. */
    private static final Duration ASKED_EVERY = Duration.ofMillis(100);

    private static final int ASKED_MAX = 100;

    private final CallbackClient client;
    private final Origins origins;
    private final Ticker ticker;
    private final Telemetry telemetry;

    Poster(CallbackClient client, Origins origins, Ticker ticker, Telemetry telemetry) {
        this.client = client;
        this.origins = origins;
        this.ticker = ticker;
        this.telemetry = telemetry;
        Meters.CIRCUITS_OPEN.gauge(telemetry.meters(), origins::open, "lane", "callbacks");
    }

    /**
     * Posts the end of a message. Without a free place it is given back.
     *
     * @param record of the message that has ended
     * @param claimedNanos when the entry was claimed, ticker time
     * @param post made only once there is a place
     * @param next the lane's move after an outcome
     */
    Verdict end(
            Held held,
            MessageRecord record,
            long claimedNanos,
            Supplier<Post> post,
            Function<DeliveryOutcome, Verdict> next) {
        Optional<Origins.Permit> permit = origins.tryAcquire(held.claim().envelope());
        if (permit.isEmpty()) {
            return new Verdict.Back(RetrySchedule.NO_PLACE, Doubt.UNCHANGED);
        }
        try (Origins.Permit place = permit.get();
                PostReport report = new PostReport(held.claim(), claimedNanos, ticker, telemetry)) {
            DeliveryOutcome outcome = send(held, post.get(), report.header(), place);
            Verdict verdict = next.apply(outcome);
            report.ended(record, outcome, verdict);
            return verdict;
        }
    }

    /**
     * Posts what comes before the end, and waits for a place for some seconds if there is none.
     *
     * @return false if it was not posted, or its receiver did not accept it
     */
    boolean once(Held held, Post post) throws InterruptedException {
        Semaphore stop = new Semaphore(0);
        for (int asked = 0; asked < ASKED_MAX && held.stopped().isEmpty(); asked++) {
            Optional<Origins.Permit> permit = origins.tryAcquire(held.claim().envelope());
            if (permit.isPresent()) {
                try (Origins.Permit place = permit.get()) {
                    return once(held, post, place);
                }
            }
            held.onStop(stop::release);
            if (stop.tryAcquire(ASKED_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return false;
    }

    private boolean once(Held held, Post post, Origins.Permit place) {
        long startNanos = ticker.nanos();
        DeliveryOutcome outcome = send(held, post, /* trace= */ Map.of(), place);
        Duration took = Duration.ofNanos(ticker.nanos() - startNanos);
        Meters.CALLBACKS.timer(telemetry.meters(), "outcome", outcome.word()).record(took);
        boolean delivered = outcome instanceof DeliveryOutcome.Delivered;
        log.atLevel(delivered ? Level.DEBUG : Level.INFO)
                .addKeyValue(
                        "endpoint", held.claim().envelope().callbackEndpoint().orElse(""))
                .addKeyValue("outcome", outcome.word())
                .addKeyValue("took_ms", took.toMillis())
                .log("callback before the end");
        return delivered;
    }

    private DeliveryOutcome send(Held held, Post post, Map<String, String> trace, Origins.Permit place) {
        Map<String, String> headers = new HashMap<>(trace);
        headers.putAll(post.headers());
        DeliveryOutcome outcome = client.post(post.target(), post.body(), headers, held::onStop);
        place.onOutcome(outcome);
        return outcome;
    }

    /** What goes where. */
    record Post(CallbackTarget target, CallbackBody body, Map<String, String> headers) {}
}
