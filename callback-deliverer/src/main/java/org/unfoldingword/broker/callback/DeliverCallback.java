package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.GroupRoom;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.LaneHandler;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Verdict.Doubt;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Ticker;

/** Posts one conversation's oldest undelivered result to its endpoint, and turns the outcome into the lane's next move. */
final class DeliverCallback implements LaneHandler {

    private final Poster poster;
    private final Signatures signatures;
    private final RetrySchedule schedule;
    private final Origins origins;
    private final AddressGuard guard;
    private final TellLikeTheWorker workerShape;
    private final Ticker ticker;

    DeliverCallback(
            Poster poster,
            Signatures signatures,
            RetrySchedule schedule,
            Origins origins,
            AddressGuard guard,
            TellLikeTheWorker workerShape,
            Ticker ticker) {
        this.poster = poster;
        this.signatures = signatures;
        this.schedule = schedule;
        this.origins = origins;
        this.guard = guard;
        this.workerShape = workerShape;
        this.ticker = ticker;
    }

    @Override
    public Verdict handle(Held held) {
        long claimedNanos = ticker.nanos();
        Claim claim = held.claim();
        boolean workers = claim.envelope().workerCallback().isPresent();
        Instant due = claim.record().finishedAt().orElse(claim.at()).plus(schedule.first());
        if (!workers && attempt(claim) == 1 && due.isAfter(claim.at())) {
            return new Verdict.Back(Duration.between(claim.at(), due), Doubt.UNCHANGED);
        }
        CallbackTarget target;
        try {
            target = CallbackTarget.parse(claim.envelope().callbackUrl().orElseThrow(), guard);
        } catch (IllegalArgumentException forbidden) {
            return new Verdict.Undeliverable(String.valueOf(forbidden.getMessage()));
        }
        if (workers) {
            return workerShape.handle(held, target, claimedNanos);
        }
        return poster.end(
                held,
                claim.record(),
                claimedNanos,
                () -> signed(claim, target),
                outcome -> schedule.next(attempt(claim), outcome));
    }

    @Override
    public Verdict afterFault(Held held, RuntimeException fault) {
        return schedule.again(attempt(held.claim()), "the broker failed on this callback");
    }

    @Override
    public String state() {
        int open = origins.open();
        return open == 0 ? "ok" : "circuits-open:" + open;
    }

    /** None while everything that may be posted at a time is being posted. */
    @Override
    public int room(int free) {
        return origins.free() == 0 ? 0 : free;
    }

    /** No more of an origin than it has places, so that its results do not take places from others. */
    @Override
    public GroupRoom groupRoom() {
        Map<String, Integer> left = new HashMap<>();
        origins.left().forEach((origin, places) -> left.put(Conversation.escape(origin), places));
        return new GroupRoom(origins.each(), left);
    }

    /** Counted from 1. */
    static int attempt(Claim claim) {
        return claim.record().callback().map(MessageRecord.Callback::attempts).orElse(1);
    }

    private Poster.Post signed(Claim claim, CallbackTarget target) {
        MessageId id = claim.lease().id();
        CallbackBody body = body(id, claim.envelope(), claim.record());
        return new Poster.Post(target, body, signatures.sign(claim.envelope(), webhookId(id, claim.record()), body));
    }

    /** One for all attempts on one result. A message that was redriven has another result, which a receiver must not drop. */
    private static String webhookId(MessageId id, MessageRecord record) {
        return record.redrives() == 0 ? id.toString() : id + "_" + record.redrives();
    }

    private static CallbackBody body(MessageId id, Envelope envelope, MessageRecord record) {
        if (record.response().isPresent()) {
            return CallbackPayload.completed(
                    id, envelope, record.response().get().toBytes());
        }
        MessageRecord.Fault fault =
                record.error().orElse(new MessageRecord.Fault(record.state().toString(), "no answer"));
        return CallbackPayload.failed(id, envelope, fault.code(), fault.message());
    }
}
