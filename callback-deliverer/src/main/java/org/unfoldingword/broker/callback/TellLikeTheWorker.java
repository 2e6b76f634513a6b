package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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

    /** How long to look for a change that nobody signalled. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    /** What happened before a message ended is of no use any more so long after it. */
    private static final Duration LATE = Duration.ofSeconds(30);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int TIMEOUT = 408;

    private final Poster poster;
    private final RetrySchedule schedule;
    private final ApiKeys keys;
    private final Lanes lanes;
    private final Supplier<Journals> journals;
    private final InstantSource clock;

    TellLikeTheWorker(
            Poster poster,
            RetrySchedule schedule,
            ApiKeys keys,
            Lanes lanes,
            Supplier<Journals> journals,
            InstantSource clock) {
        this.poster = poster;
        this.schedule = schedule;
        this.keys = keys;
        this.lanes = lanes;
        this.journals = journals;
        this.clock = clock;
    }

    /** @param claimedNanos when the claim came, ticker time */
    Verdict handle(Held held, CallbackTarget target, long claimedNanos) {
        WorkerCallback wanted = held.claim().envelope().workerCallback().orElseThrow();
        Optional<SecretText> token = keys.withId(wanted.keyId())
                .flatMap(account -> account.callbackToken(wanted.keyMark().map(KeyMark::new)));
        if (token.isEmpty()) {
            return schedule.again(attempt(held.claim()), "key " + wanted.keyId() + " has no callback token here");
        }
        try {
            return new Story(held, wanted, target, token.get()).tell(claimedNanos);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verdict.Back(Duration.ZERO, Doubt.UNCHANGED);
        }
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

    /** One message's callbacks, from where another deliverer left off. Confined to the thread that holds the entry. */
    private final class Story {

        private final Held held;
        private final Claim claim;
        private final WorkerCallback wanted;
        private final CallbackTarget target;
        private final Map<String, String> headers;
        private Told told = Told.NOTHING;

        Story(Held held, WorkerCallback wanted, CallbackTarget target, SecretText token) {
            this.held = held;
            this.claim = held.claim();
            this.wanted = wanted;
            this.target = target;
            this.headers = Map.of("X-Engine-Token", token.reveal());
        }

        Verdict tell(long claimedNanos) throws InterruptedException {
            if (wanted.tellsProgress()) {
                tellProgress();
            }
            return held.stopped().isPresent()
                    ? new Verdict.Back(Duration.ZERO, Doubt.UNCHANGED)
                    : tellEnd(claimedNanos);
        }

        /** Tells what happens until the message has ended, or the work is to stop. */
        private void tellProgress() throws InterruptedException {
            told = claim.record()
                    .callback()
                    .flatMap(MessageRecord.Callback::told)
                    .map(Told::parse)
                    .orElse(Told.NOTHING);
            if (isLate(claim.record(), claim.at())) {
                return;
            }
            ProgressCutter cutter = new ProgressCutter(wanted.mode(), wanted.throttleMillis());
            Duration patience = wanted.mode() == WorkerCallback.Mode.PERIODIC
                    ? Duration.ofMillis(Math.min(wanted.throttleMillis(), LOOK_AGAIN.toMillis()))
                    : LOOK_AGAIN;
            try (JournalReader journal = new JournalReader(claim.lease().id(), journals.get())) {
                boolean over = false;
                while (!over && held.stopped().isEmpty()) {
                    held.onStop(journal::wake);
                    List<JournalEntry> entries = journal.next(patience);
                    for (ProgressCutter.Telling telling : cutter.onTime(clock.millis())) {
                        post(telling);
                    }
                    over = tell(entries, cutter);
                }
            }
        }

        /** True once there is no more to tell before the end. */
        private boolean tell(List<JournalEntry> entries, ProgressCutter cutter) throws InterruptedException {
            for (JournalEntry entry : entries) {
                if (entry.last() || held.stopped().isPresent()) {
                    return true;
                }
                if (entry instanceof JournalEntry.Processing) {
                    cutter.restart();
                }
                Optional<WorkerFrame> frame =
                        entry instanceof JournalEntry.Said said ? WorkerFrame.parse(said.data()) : Optional.empty();
                boolean known = told.includes(entry.place());
                for (ProgressCutter.Telling telling :
                        frame.map(said -> cutter.on(said, clock.millis())).orElse(List.of())) {
                    if (!known) {
                        tell(telling, entry.place());
                    }
                }
            }
            return false;
        }

        private void tell(ProgressCutter.Telling telling, String place) throws InterruptedException {
            int more = 0;
            if (telling instanceof ProgressCutter.Telling.Progress progress
                    && wanted.mode() == WorkerCallback.Mode.ITERATION) {
                if (progress.from() != told.spokenOf(Told.attemptOf(place))) {
                    return;
                }
                more = progress.spoken();
            }
            boolean delivered = post(telling);
            if (!delivered && held.stopped().isPresent()) {
                // Whoever goes on with it tells this.
                return;
            }
            told = told.upTo(place, delivered ? more : 0);
            lanes.bookmark(claim.lease(), told.note());
        }

        private boolean post(ProgressCutter.Telling telling) throws InterruptedException {
            return poster.once(
                    held, new Poster.Post(target, WorkerPayload.telling(wanted, telling, clock.instant()), headers));
        }

        private Verdict tellEnd(long claimedNanos) {
            MessageRecord record = lanes.find(claim.lease().id(), Watching.NOTHING)
                    .orElseThrow()
                    .record();
            return end(record)
                    .map(body -> poster.end(
                            held,
                            record,
                            claimedNanos,
                            () -> new Poster.Post(target, body, headers),
                            outcome -> verdict(claim, outcome)))
                    .orElseGet(Verdict.Delivered::new);
        }

        /** Empty if there is nothing (more) to say. */
        private Optional<CallbackBody> end(MessageRecord record) {
            if (record.response().isEmpty()) {
                return Optional.of(WorkerPayload.error(
                        wanted, record.error().map(MessageRecord.Fault::words).orElse("no answer"), clock.instant()));
            }
            // What an attempt before the answer's had said is no part of the answer.
            int spoken = record.settledToken().map(told::spokenOf).orElse(0);
            return WorkerPayload.complete(wanted, record.response().get().toBytes(), spoken, clock.instant());
        }
    }
}
