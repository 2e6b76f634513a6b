package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.access.KeyMark;
import org.unfoldingword.broker.access.SecretText;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.lane.JournalReader;
import org.unfoldingword.broker.lane.Journals;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Verdict.Doubt;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.WorkerCallback;
import org.unfoldingword.broker.message.WorkerFrame;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Delivers one message's callbacks in the worker's own shape: what happens while it happens, and then its end. One at a time and in
 * order, the end last and once; none at the end if there is nothing to say.
 *
 * <p>What comes before the end is posted once, whatever becomes of it: receivers do not know a repetition of it. Text that was not
 * delivered is left to the end, and so is what follows it, since the end says all from one place on. The end is retried, on a short
 * schedule: receivers that pass it on before they accept it repeat what did go out. A note after each post tells another deliverer
 * where to go on.
 */
final class TellLikeTheWorker {

    private static final Logger log = LoggerFactory.getLogger(TellLikeTheWorker.class);

    /** How long to look for a change that nobody signalled. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    /** What happened before a message ended is of no use any more so long after it. */
    private static final Duration LATE = Duration.ofSeconds(30);
    /** How soon a place at the origin is asked for again, and how often before what is told is passed over. */
    private static final Duration NO_PLACE = Duration.ofMillis(100);

    private static final int ASKED_MAX = 100;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int TIMEOUT = 408;

    private final CallbackClient client;
    private final RetrySchedule schedule;
    private final Origins origins;
    private final ApiKeys keys;
    private final Lanes lanes;
    private final Supplier<Journals> journals;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Telemetry telemetry;

    TellLikeTheWorker(
            CallbackClient client,
            RetrySchedule schedule,
            Origins origins,
            ApiKeys keys,
            Lanes lanes,
            Supplier<Journals> journals,
            InstantSource clock,
            Ticker ticker,
            Telemetry telemetry) {
        this.client = client;
        this.schedule = schedule;
        this.origins = origins;
        this.keys = keys;
        this.lanes = lanes;
        this.journals = journals;
        this.clock = clock;
        this.ticker = ticker;
        this.telemetry = telemetry;
    }

    /** @param claimedNanos when the claim came, ticker time */
    Verdict handle(Held held, CallbackTarget target, long claimedNanos) {
        Claim claim = held.claim();
        WorkerCallback wanted = claim.envelope().workerCallback().orElseThrow();
        Optional<SecretText> token = keys.withId(wanted.keyId())
                .flatMap(account -> account.callbackToken(wanted.keyMark().map(KeyMark::new)));
        if (token.isEmpty()) {
            return schedule.again(attempt(claim), "key " + wanted.keyId() + " has no callback token here");
        }
        Receiver receiver = new Receiver(
                held, target, token.get(), claim.envelope().callbackEndpoint().orElseThrow());
        try {
            Told told = wanted.tellsProgress() ? tellProgress(held, wanted, receiver) : Told.NOTHING;
            return held.stopped().isPresent()
                    ? new Verdict.Back(Duration.ZERO, Doubt.UNCHANGED)
                    : tellEnd(claim, claimedNanos, wanted, told, receiver);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verdict.Back(Duration.ZERO, Doubt.UNCHANGED);
        }
    }

    /** Tells what happens until the message has ended, or the work is to stop. */
    private Told tellProgress(Held held, WorkerCallback wanted, Receiver receiver) throws InterruptedException {
        Claim claim = held.claim();
        Told told = claim.record()
                .callback()
                .flatMap(MessageRecord.Callback::told)
                .map(Told::parse)
                .orElse(Told.NOTHING);
        if (isLate(claim.record(), claim.at())) {
            return told;
        }
        ProgressCutter cutter = new ProgressCutter(wanted.mode(), wanted.throttleMillis());
        Duration patience = wanted.mode() == WorkerCallback.Mode.PERIODIC
                ? Duration.ofMillis(Math.min(wanted.throttleMillis(), LOOK_AGAIN.toMillis()))
                : LOOK_AGAIN;
        try (JournalReader journal = new JournalReader(claim.lease().id(), journals.get())) {
            while (held.stopped().isEmpty()) {
                held.onStop(journal::wake);
                List<JournalEntry> entries = journal.next(patience);
                for (ProgressCutter.Telling telling : cutter.onTime(clock.millis())) {
                    receiver.postOnce(WorkerPayload.telling(wanted, telling, clock.instant()));
                }
                for (JournalEntry entry : entries) {
                    if (entry.last() || held.stopped().isPresent()) {
                        return told;
                    }
                    if (entry instanceof JournalEntry.Processing) {
                        cutter.restart();
                    }
                    Optional<WorkerFrame> frame =
                            entry instanceof JournalEntry.Said said ? WorkerFrame.parse(said.data()) : Optional.empty();
                    boolean known = told.includes(entry.place());
                    for (ProgressCutter.Telling telling :
                            frame.map(said -> cutter.on(said, clock.millis())).orElse(List.of())) {
                        told = known ? told : tell(telling, entry.place(), told, wanted, receiver);
                    }
                }
            }
        }
        return told;
    }

    /** Too late for what happened on the way: the end is there, and says all that was not told. */
    private static boolean isLate(MessageRecord record, Instant now) {
        boolean begun = record.callback()
                .filter(callback -> callback.attempts() > 1 || callback.told().isPresent())
                .isPresent();
        boolean over =
                record.finishedAt().filter(at -> at.plus(LATE).isBefore(now)).isPresent();
        return record.state().ended() && (begun || over);
    }

    private Told tell(
            ProgressCutter.Telling telling, String entry, Told before, WorkerCallback wanted, Receiver receiver)
            throws InterruptedException {
        int more = 0;
        if (telling instanceof ProgressCutter.Telling.Progress progress
                && wanted.mode() == WorkerCallback.Mode.ITERATION) {
            if (progress.from() != before.spokenOf(Told.attemptOf(entry))) {
                return before;
            }
            more = progress.spoken();
        }
        boolean delivered = receiver.postOnce(WorkerPayload.telling(wanted, telling, clock.instant()));
        if (!delivered && receiver.held.stopped().isPresent()) {
            // Whoever goes on with it tells this.
            return before;
        }
        Told told = before.upTo(entry, delivered ? more : 0);
        lanes.bookmark(receiver.held.claim().lease(), told.note());
        return told;
    }

    private Verdict tellEnd(Claim claim, long claimedNanos, WorkerCallback wanted, Told told, Receiver receiver) {
        MessageRecord record =
                lanes.find(claim.lease().id(), Watching.NOTHING).orElseThrow().record();
        Optional<CallbackBody> body = end(record, wanted, told);
        if (body.isEmpty()) {
            return new Verdict.Delivered();
        }
        Optional<Origins.Permit> permit = receiver.place();
        if (permit.isEmpty()) {
            return new Verdict.Back(RetrySchedule.NO_PLACE, Doubt.UNCHANGED);
        }
        try (Origins.Permit place = permit.get();
                PostReport report = new PostReport(claim, claimedNanos, ticker, telemetry)) {
            DeliveryOutcome outcome = receiver.post(body.get(), report.header(), place);
            Verdict verdict = verdict(claim, outcome);
            report.ended(record, outcome, verdict);
            return verdict;
        }
    }

    /** Empty if there is nothing (more) to say. */
    private Optional<CallbackBody> end(MessageRecord record, WorkerCallback wanted, Told told) {
        if (record.response().isEmpty()) {
            return Optional.of(WorkerPayload.error(
                    wanted, record.error().map(MessageRecord.Fault::words).orElse("no answer"), clock.instant()));
        }
        // What an attempt before the answer's had said is no part of the answer.
        int spoken = record.settledToken().map(told::spokenOf).orElse(0);
        return WorkerPayload.complete(wanted, record.response().get().toBytes(), spoken, clock.instant());
    }

    private Verdict verdict(Claim claim, DeliveryOutcome outcome) {
        return outcome instanceof DeliveryOutcome.Retryable refused && isFinal(refused.status())
                ? new Verdict.Undeliverable(refused.reason(), refused.answer())
                : schedule.next(attempt(claim), outcome);
    }

    /** The receiver does not understand it, or does not know us: the same again would not help. */
    private static boolean isFinal(int status) {
        return status >= 300 && status < 500 && status != TIMEOUT && status != TOO_MANY_REQUESTS;
    }

    /** Counted from 1. Attempts that a deliverer did not survive are not the receiver's. */
    private static int attempt(Claim claim) {
        return claim.record()
                .callback()
                .map(callback -> Math.max(1, callback.attempts() - callback.lapses()))
                .orElse(1);
    }

    /** Where the callbacks of one message go. A place at the origin is taken for each post, and not while nothing is posted. */
    private final class Receiver {

        private final Held held;
        private final CallbackTarget target;
        private final SecretText token;
        private final String origin;

        Receiver(Held held, CallbackTarget target, SecretText token, String origin) {
            this.held = held;
            this.target = target;
            this.token = token;
            this.origin = origin;
        }

        /** Empty if there is none now. */
        Optional<Origins.Permit> place() {
            return origins.tryAcquire(held.claim().envelope());
        }

        DeliveryOutcome post(CallbackBody body, Map<String, String> more, Origins.Permit place) {
            Map<String, String> headers = new HashMap<>(more);
            headers.put("X-Engine-Token", token.reveal());
            DeliveryOutcome outcome = client.post(target, body, headers, held::onStop);
            place.onOutcome(outcome);
            return outcome;
        }

        /**
         * Posts what comes before the end, and waits for a place for some seconds if there is none.
         *
         * @return false if it was not posted, or its receiver did not accept it
         */
        boolean postOnce(CallbackBody body) throws InterruptedException {
            Semaphore stop = new Semaphore(0);
            for (int asked = 0; asked < ASKED_MAX && held.stopped().isEmpty(); asked++) {
                Optional<Origins.Permit> permit = place();
                if (permit.isPresent()) {
                    try (Origins.Permit place = permit.get()) {
                        return postOnce(body, place);
                    }
                }
                held.onStop(stop::release);
                if (stop.tryAcquire(NO_PLACE.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return false;
        }

        private boolean postOnce(CallbackBody body, Origins.Permit place) {
            long startNanos = ticker.nanos();
            DeliveryOutcome outcome = post(body, /* more= */ Map.of(), place);
            Duration took = Duration.ofNanos(ticker.nanos() - startNanos);
            Meters.CALLBACKS
                    .timer(telemetry.meters(), "outcome", outcome.word())
                    .record(took);
            boolean delivered = outcome instanceof DeliveryOutcome.Delivered;
            log.atLevel(delivered ? Level.DEBUG : Level.INFO)
                    .addKeyValue("endpoint", origin)
                    .addKeyValue("outcome", outcome.word())
                    .addKeyValue("took_ms", took.toMillis())
                    .log("callback before the end");
            return delivered;
        }
    }
}
