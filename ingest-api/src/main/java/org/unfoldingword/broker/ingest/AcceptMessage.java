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
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Traces;

/** Takes a checked message into its conversation: once this returns an id, Redis has it (invariant I1). */
final class AcceptMessage {

    /** How long a client is to stay away whose message finds no room: about as long as a turn takes. */
    static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** A message that was taken, now or before. */
    record Taken(MessageId id, Optional<Integer> position, boolean repeated) {}

    private final Lanes lanes;
    private final AddressGuard guard;
    private final InstantSource clock;
    private final Traces traces;
    private final OrgShares shares;

    AcceptMessage(Lanes lanes, OrgShares shares, AddressGuard guard, InstantSource clock, Traces traces) {
        this.lanes = lanes;
        this.shares = shares;
        this.guard = guard;
        this.clock = clock;
        this.traces = traces;
    }

    /** An id for the message, so that a caller can watch it before it is accepted. */
    MessageId newId(Submission submission) {
        return lanes.newId(submission.conversation());
    }

    /** @throws Problem if its callback may not be called, its key belongs to another message, the org or the queue is full, or what is
     *     kept beside its body is too large */
    Taken accept(
            MessageId id, Submission submission, Optional<IdempotencyKey> key, String traceparent, Watching watching) {
        submission.callbackUrl().ifPresent(this::check);
        shares.take(submission.org());
        try (Traces.Step step = traces.accept(id, Optional.of(traceparent))) {
            return append(id, submission, key, step.traceparent(), watching);
        }
    }

    private Taken append(
            MessageId id,
            Submission submission,
            Optional<IdempotencyKey> key,
            Optional<String> traceparent,
            Watching watching) {
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
        Appended appended =
                lanes.append(new NewMessage(id, submission.conversation(), envelope, submission.body(), key, watching));
        return switch (appended) {
            case Appended.Accepted accepted -> new Taken(id, Optional.of(accepted.position()), false);
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
}
