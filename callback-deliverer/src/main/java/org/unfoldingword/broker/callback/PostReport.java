package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Ticker;
import org.unfoldingword.broker.telemetry.Traces;

/** What is told of the post of a message's end, in either shape: a step of its trace, the meters, and the attempt's one wide line. */
final class PostReport implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostReport.class);

    private final Claim claim;
    private final long claimedNanos;
    private final Ticker ticker;
    private final Telemetry telemetry;
    private final long startNanos;
    private final Traces.Step step;

    /**
     * The post begins.
     *
     * @param claimedNanos when the claim came, ticker time: what is told of a message while it runs is claimed before its end
     */
    PostReport(Claim claim, long claimedNanos, Ticker ticker, Telemetry telemetry) {
        this.claim = claim;
        this.claimedNanos = claimedNanos;
        this.ticker = ticker;
        this.telemetry = telemetry;
        this.startNanos = ticker.nanos();
        this.step = telemetry
                .traces()
                .call("post callback", claim.lease().id(), claim.envelope().traceparent());
    }

    /** Takes the trace along. */
    Map<String, String> header() {
        return step.header();
    }

    /** @param record of the message that has ended */
    void ended(MessageRecord record, DeliveryOutcome outcome, Verdict verdict) {
        long nowNanos = ticker.nanos();
        Duration took = Duration.ofNanos(nowNanos - startNanos);
        int attempt = DeliverCallback.attempt(claim);
        step.ended(attempt, outcome.word(), outcome instanceof DeliveryOutcome.Delivered);
        Meters.CALLBACKS.timer(telemetry.meters(), "outcome", outcome.word()).record(took);
        if (verdict instanceof Verdict.Delivered) {
            Duration sinceClaim = Duration.ofNanos(nowNanos - claimedNanos);
            Duration delay = Duration.between(record.finishedAt().orElse(claim.at()), claim.at())
                    .plus(sinceClaim);
            // Two clocks are compared here.
            Meters.CALLBACK_DELAY.timer(telemetry.meters()).record(delay.isNegative() ? Duration.ZERO : delay);
        }
        log.atInfo()
                .addKeyValue("conversation", record.conversation())
                .addKeyValue("endpoint", claim.envelope().callbackEndpoint().orElse(""))
                .addKeyValue("attempt", attempt)
                .addKeyValue("delivery", claim.deliveries())
                .addKeyValue("outcome", outcome.word())
                .addKeyValue("verdict", verdict.word())
                .addKeyValue("took_ms", took.toMillis())
                .log("callback");
    }

    @Override
    public void close() {
        step.close();
    }
}
