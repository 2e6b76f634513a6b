package org.unfoldingword.broker.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.GroupRoom;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.LaneHandler;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Verdict.Doubt;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageState;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Ticker;
import org.unfoldingword.broker.telemetry.Traces;

/**
 * Runs one conversation's oldest message: decides whether to call the worker and how, calls it, and turns the outcome into the
 * lane's next move.
 */
final class DispatchHead implements LaneHandler {

    private static final Logger log = LoggerFactory.getLogger(DispatchHead.class);

    private final DispatchProperties properties;
    private final WorkerClient worker;
    private final WorkerCircuit circuit;
    private final Backoff backoff;
    private final Ticker ticker;
    private final Telemetry telemetry;
    /** How many of each org are being worked on. */
    private final Map<String, Integer> running = new ConcurrentHashMap<>();

    DispatchHead(
            DispatchProperties properties,
            WorkerClient worker,
            WorkerCircuit circuit,
            Backoff backoff,
            Ticker ticker,
            Telemetry telemetry) {
        this.properties = properties;
        this.worker = worker;
        this.circuit = circuit;
        this.backoff = backoff;
        this.ticker = ticker;
        this.telemetry = telemetry;
        Meters.CIRCUITS_OPEN.gauge(telemetry.meters(), () -> circuit.open() ? 1 : 0, "lane", "messages");
    }

    @Override
    public Verdict handle(Held held) {
        String org = Conversation.escape(held.claim().envelope().org());
        running.merge(org, 1, Integer::sum);
        try (WorkerCircuit.Passage passage = circuit.begin()) {
            return run(held, passage);
        } finally {
            running.computeIfPresent(org, (group, number) -> number == 1 ? null : number - 1);
        }
    }

    /** A message is measured once, whoever had it in between: not by a holder that gave it back, nor by one that lost it. */
    @Override
    public void settled(Claim claim, Verdict verdict, Duration sinceClaim) {
        Duration waited = Duration.between(claim.record().waitsSince(), claim.at());
        if (claim.record().attempts() == 1 && !(verdict instanceof Verdict.Back)) {
            Meters.WAIT.timer(telemetry.meters()).record(waited);
            telemetry
                    .traces()
                    .waited(
                            claim.lease().id(),
                            claim.envelope().traceparent(),
                            claim.record().waitsSince(),
                            claim.at());
        }
        if (verdict instanceof Verdict.Answered || verdict instanceof Verdict.Ended) {
            Meters.DURATION.timer(telemetry.meters(), "state", verdict.word()).record(waited.plus(sinceClaim));
        }
    }

    @Override
    public Verdict afterFault(Held held, RuntimeException fault) {
        MessageRecord record = held.claim().record();
        if (fault instanceof RedisUnavailable) {
            // Its body could not be had: nothing that it has done.
            return new Verdict.Later(backoff.after(record.attempts()), "store_unavailable", false, Doubt.RAISED);
        }
        int failures = record.failures() + 1;
        return failures >= properties.deliveriesMax()
                ? failed("internal_error", "the broker failed on this message " + failures + " times", Doubt.RAISED)
                : new Verdict.Later(backoff.after(failures), "internal_error", true, Doubt.RAISED);
    }

    @Override
    public int room(int free) {
        return circuit.room(free);
    }

    /** An org whose share is taken waits in Redis, where it is in nobody's way. */
    @Override
    public GroupRoom groupRoom() {
        return properties.concurrencyPerOrg() == 0 ? GroupRoom.UNLIMITED : groupRoom(properties.concurrencyPerOrg());
    }

    @Override
    public String state() {
        return circuit.closed() ? "ok" : "circuit-open";
    }

    private Verdict run(Held held, WorkerCircuit.Passage passage) {
        Claim claim = held.claim();
        Optional<Verdict> early = withoutCalling(claim);
        if (early.isPresent()) {
            tell(claim, "none", "not_called", early.get(), Duration.ZERO);
            return early.get();
        }
        if (!passage.tryCall()) {
            return new Verdict.Back(properties.circuitWait(), Doubt.UNCHANGED);
        }
        // After a call whose end was not seen, the endpoint that refuses while busy: turns never overlap.
        boolean careful = claim.doubtful() || claim.lapsed() || claim.record().lapses() > 0;
        Endpoint endpoint = careful ? Endpoint.CHAT : worker.usual();
        try (Traces.Step step = step(claim)) {
            WorkerCall call = new WorkerCall(endpoint, claim.body(), headers(claim, step));
            held.onStop(call::abort);
            long startNanos = ticker.nanos();
            WorkerOutcome outcome = worker.call(call, held::say);
            Duration took = Duration.ofNanos(ticker.nanos() - startNanos);
            passage.ended(outcome, took);
            Verdict verdict = verdict(held, outcome);
            Meters.WORKER_CALLS
                    .timer(telemetry.meters(), "outcome", outcome.word())
                    .record(took);
            step.ended(claim.record().attempts(), outcome.word(), outcome instanceof WorkerOutcome.Answered);
            tell(claim, endpoint.toString(), outcome.word(), verdict, took);
            return verdict;
        }
    }

    private GroupRoom groupRoom(int each) {
        Map<String, Integer> left = new HashMap<>();
        running.forEach((org, number) -> left.put(org, Math.max(0, each - number)));
        return new GroupRoom(each, left);
    }

    private Optional<Verdict> withoutCalling(Claim claim) {
        if (claim.record().cancelAsked()) {
            // The holder before did not come to end it; what it called may still be running.
            return Optional.of(cancelled(claim.record().lapses() > 0 ? Doubt.RAISED : Doubt.UNCHANGED));
        }
        if (claim.expired()) {
            MessageRecord.Fault fault = new MessageRecord.Fault("expired", "it waited longer than expires_in");
            return Optional.of(new Verdict.Ended(MessageState.EXPIRED, fault, Doubt.UNCHANGED));
        }
        int lapses = claim.record().lapses();
        if (lapses >= properties.deliveriesMax()) {
            return Optional.of(
                    failed("poison_message", lapses + " dispatchers took it and did not come back", Doubt.RAISED));
        }
        if (claim.lapsed() && !properties.repeatLapsed()) {
            return Optional.of(failed("dispatcher_lost", "its dispatcher did not come back", Doubt.RAISED));
        }
        return Optional.empty();
    }

    private Traces.Step step(Claim claim) {
        return telemetry
                .traces()
                .call("call worker", claim.lease().id(), claim.envelope().traceparent());
    }

    private static Map<String, String> headers(Claim claim, Traces.Step step) {
        Map<String, String> headers = new HashMap<>(step.header());
        headers.put("X-Request-ID", claim.lease().id().toString());
        return headers;
    }

    private Verdict verdict(Held held, WorkerOutcome outcome) {
        MessageRecord record = held.claim().record();
        return switch (outcome) {
            case WorkerOutcome.Answered answered -> new Verdict.Answered(answered.response());
            case WorkerOutcome.Busy busy -> patiently(held.claim(), "worker_busy", busy.code(), busy.retryAfter());
            case WorkerOutcome.Unreached unreached ->
                patiently(held.claim(), "worker_unreachable", unreached.cause(), Optional.empty());
            case WorkerOutcome.Failed failed -> {
                String reason = ("worker answered " + failed.status() + " " + failed.code()).strip();
                String words = (reason + " " + failed.said().text()).strip();
                int failures = record.failures() + 1;
                Doubt doubt = failed.own() ? Doubt.CLEARED : Doubt.RAISED;
                yield failures >= properties.failuresMax()
                        ? failed("worker_failed", words, failed.said(), doubt)
                        : new Verdict.Later(backoff.after(failures), reason, true, doubt);
            }
            case WorkerOutcome.Unknown unknown ->
                properties.retryUnknown() && record.failures() + 1 < properties.failuresMax()
                        ? new Verdict.Later(backoff.after(record.failures() + 1), unknown.cause(), true, Doubt.RAISED)
                        : failed("worker_timeout", unknown.cause(), Doubt.RAISED);
            case WorkerOutcome.TurnFailed failed ->
                failed(failed.code(), failed.said().text(), failed.said(), Doubt.CLEARED);
            case WorkerOutcome.Refused refused ->
                failed(
                        "worker_refused",
                        (refused.status() + " " + refused.code() + " "
                                        + refused.said().text())
                                .strip(),
                        refused.said(),
                        Doubt.UNCHANGED);
            case WorkerOutcome.Garbled garbled -> failed("worker_garbled", garbled.what(), Doubt.UNCHANGED);
            case WorkerOutcome.TooLong tooLong ->
                failed("worker_reply_too_long", "more than " + tooLong.limit(), Doubt.RAISED);
            case WorkerOutcome.Aborted aborted -> stopped(held);
        };
    }

    private static Verdict stopped(Held held) {
        return switch (held.stopped().orElse(Held.Stop.SHUTDOWN)) {
            case CANCELLED -> cancelled(Doubt.RAISED);
            case SHUTDOWN, LOST -> new Verdict.Back(Duration.ZERO, Doubt.RAISED);
        };
    }

    /** Keeps the place and waits, within the patience: nothing was started. */
    private Verdict patiently(Claim claim, String code, String reason, Optional<Duration> hint) {
        Instant first = claim.record().startedAt().orElse(claim.at());
        Duration next = backoff.after(claim.record().attempts(), hint);
        boolean over = claim.at().plus(next).isAfter(first.plus(properties.busyPatience()));
        return over
                ? failed(code, reason + ", for " + properties.busyPatience(), Doubt.UNCHANGED)
                : new Verdict.Later(next, code + ": " + reason, false, Doubt.UNCHANGED);
    }

    private static Verdict cancelled(Doubt doubt) {
        MessageRecord.Fault fault = new MessageRecord.Fault("cancelled", "cancelled while it ran");
        return new Verdict.Ended(MessageState.CANCELLED, fault, doubt);
    }

    private static Verdict failed(String code, String message, MessageRecord.WorkerError said, Doubt doubt) {
        MessageRecord.Fault fault = new MessageRecord.Fault(code, message, Optional.of(said));
        return new Verdict.Ended(MessageState.FAILED, fault, doubt);
    }

    private static Verdict failed(String code, String message, Doubt doubt) {
        return new Verdict.Ended(MessageState.FAILED, new MessageRecord.Fault(code, message), doubt);
    }

    /** The attempt's one wide line. */
    private static void tell(Claim claim, String endpoint, String outcome, Verdict verdict, Duration took) {
        Duration waited = Duration.between(claim.record().waitsSince(), claim.at());
        log.atInfo()
                .addKeyValue("conversation", claim.lease().queue())
                .addKeyValue("attempt", claim.record().attempts())
                .addKeyValue("delivery", claim.deliveries())
                .addKeyValue("endpoint", endpoint)
                .addKeyValue("outcome", outcome)
                .addKeyValue("verdict", verdict.word())
                .addKeyValue("waited_ms", waited.toMillis())
                .addKeyValue("took_ms", took.toMillis())
                .log("attempt");
    }
}
