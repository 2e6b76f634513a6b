package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.lane.Appended;
import org.unfoldingword.broker.lane.IdempotencyKey;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.NewMessage;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Traces;

/** Takes a checked message into its conversation: once this returns an id, Redis has it (invariant I1). */
final class AcceptMessage {

    /** How long a client is to stay away whose message finds no room: about as long as a turn takes. */
    static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private final Lanes lanes;
    private final AddressGuard guard;
    private final InstantSource clock;
    private final Telemetry telemetry;
    private final OrgShares shares;

    AcceptMessage(Lanes lanes, OrgShares shares, AddressGuard guard, InstantSource clock, Telemetry telemetry) {
        this.lanes = lanes;
        this.shares = shares;
        this.guard = guard;
        this.clock = clock;
        this.telemetry = telemetry;
    }

    /** An id for the message, so that a caller can watch it before it is accepted. */
    MessageId newId(Offer offer) {
        return lanes.newId(offer.submission().conversation());
    }

    /** Under an id of its own; else as the other. */
    Taken accept(Offer offer, AnswerBy by) {
        return accept(newId(offer), offer, by);
    }

    /** @throws Problem if its callback may not be called, its key belongs to another message, the org or the queue is full, or what is
     *     kept beside its body is too large */
    Taken accept(MessageId id, Offer offer, AnswerBy by) {
        offer.submission().callbackUrl().ifPresent(this::check);
        shares.take(offer.submission().org());
        try (Traces.Step step = telemetry.traces().accept(id, Optional.of(offer.traceparent()))) {
            Taken taken = append(message(id, offer, by, step.traceparent()));
            if (!taken.repeated()) {
                Meters.ACCEPTED
                        .counter(telemetry.meters(), "delivery", by.word())
                        .increment();
            }
            return taken;
        }
    }

    private NewMessage message(MessageId id, Offer offer, AnswerBy by, Optional<String> traceparent) {
        Submission submission = offer.submission();
        Envelope envelope = new Envelope(
                submission.org(),
                submission.user(),
                submission.client(),
                submission.clientMessageId(),
                submission.callbackUrl(),
                submission.metadata(),
                submission.expiresIn().map(wait -> clock.instant().plus(wait).toEpochMilli()),
                traceparent,
                submission.signer(),
                submission.workerCallback());
        if (envelope.toBytes().length > Envelope.BYTES_MAX) {
            throw Problem.of(
                    400,
                    "fields_too_large",
                    "body: more than " + Envelope.BYTES_MAX
                            + " bytes in the fields that the broker keeps (expected: at most that)");
        }
        return new NewMessage(id, submission.conversation(), envelope, submission.body(), offer.key(), by.watching());
    }

    private Taken append(NewMessage message) {
        return switch (lanes.append(message)) {
            case Appended.Accepted accepted -> new Taken(message.id(), Optional.of(accepted.position()), false);
            case Appended.Duplicate duplicate -> new Taken(duplicate.first(), Optional.empty(), true);
            case Appended.Conflict conflict ->
                throw Problem.of(
                        409,
                        "idempotency_conflict",
                        "the idempotency key belongs to message " + conflict.first()
                                + ", whose body was another (expected: the same body, or a new key)");
            case Appended.Full full ->
                throw Problem.of(
                                429,
                                "queue_full",
                                "the conversation has " + full.waiting()
                                        + " waiting messages (expected: fewer, see its queue)")
                        .retryAfter(TRY_AGAIN);
        };
    }

    private void check(String callbackUrl) {
        try {
            CallbackTarget.parse(callbackUrl, guard);
        } catch (IllegalArgumentException refused) {
            throw Problem.field("callback_url", refused);
        }
    }

    /**
     * A message that a client would have us take.
     *
     * @param key by which a repetition is known
     * @param traceparent as the client sent it, perhaps blank
     */
    record Offer(Submission submission, Optional<IdempotencyKey> key, String traceparent) {}

    /** A message that was taken, now or before. */
    record Taken(MessageId id, Optional<Integer> position, boolean repeated) {}
}
