package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Delivery;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.IdempotencyKey;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** {@code /api/v1/message}: a message in, its state and its answer out. What must wait is held without a thread. */
@RestController
final class MessageController {

    static final String PATH = "/api/v1/message";

    private final IngestProperties properties;
    private final AcceptMessage acceptMessage;
    private final Lanes lanes;
    private final HeldRequests held;
    private final EventStreams streams;
    private final SubmitRates rates;

    MessageController(
            IngestProperties properties,
            AcceptMessage acceptMessage,
            Lanes lanes,
            HeldRequests held,
            EventStreams streams,
            SubmitRates rates) {
        this.properties = properties;
        this.acceptMessage = acceptMessage;
        this.lanes = lanes;
        this.held = held;
        this.streams = streams;
        this.rates = rates;
    }

    /** @return the answer, or, for a request that is held, a future of it */
    @PostMapping(PATH)
    @Needs(Right.SUBMIT)
    @SuppressWarnings("FutureReturnValueIgnored") // Spring takes it
    @Nullable Object post(
            HttpServletRequest request,
            HttpServletResponse response,
            @RequestHeader HttpHeaders headers,
            @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        Caller caller = Caller.of(request);
        rates.take(caller.account());
        // The body is let go when this returns: a request that is held keeps none.
        try (BodyReader.Body body =
                BodyReader.of(request).read(request, properties.maxBody().toBytes())) {
            Submission submission = Submission.read(body.object(), caller.defaultOrg(), caller.signer());
            caller.requireNames(submission.org(), submission.client());
            AcceptMessage.Offer offer =
                    new AcceptMessage.Offer(submission, key(headers, submission, body.bytes()), traceparent);
            Preference preference = Preference.of(headers.get("Prefer"));
            boolean async = preference.hold().isEmpty() && (preference.async() || caller.delivery() == Delivery.ASYNC);
            if (EventStreams.wanted(headers)) {
                AcceptMessage.Taken taken = acceptMessage.accept(offer, AnswerBy.STREAM);
                response.setHeader(HttpHeaders.LOCATION, PATH + "/" + taken.id());
                streams.open(request, response, taken.id());
                return null;
            }
            boolean calledBack = submission.callbackUrl().isPresent();
            if (calledBack || async) {
                MessageAnswer.Accepted accepted =
                        accepted(acceptMessage.accept(offer, calledBack ? AnswerBy.CALLBACK : AnswerBy.ASYNC));
                return preference.async() ? accepted.preferred() : accepted.build();
            }
            return hold(offer, bounded(preference.hold().orElse(properties.syncWait())));
        }
    }

    @GetMapping(PATH + "/{messageId}")
    @Needs(Right.READ)
    ResponseEntity<byte[]> get(HttpServletRequest request, @PathVariable String messageId) {
        return view(Optional.of(find(request, messageId)));
    }

    @GetMapping(path = PATH + "/{messageId}", params = "wait")
    @Needs(Right.READ)
    CompletableFuture<ResponseEntity<byte[]>> get(
            HttpServletRequest request, @PathVariable String messageId, @RequestParam String wait) {
        Duration limit = seconds(wait);
        Found now = find(request, messageId);
        return now.record().state().ended()
                ? CompletableFuture.completedFuture(view(Optional.of(now)))
                : held.begin(now.id()).looking().within(limit).thenApply(MessageController::view);
    }

    private static Optional<IdempotencyKey> key(HttpHeaders headers, Submission submission, byte[] body) {
        return Optional.ofNullable(headers.getFirst("Idempotency-Key"))
                .map(given -> Submission.name("Idempotency-Key", given))
                .or(submission::clientMessageId)
                .map(text -> IdempotencyKey.of(submission.client(), text, body));
    }

    private MessageAnswer.Accepted accepted(AcceptMessage.Taken taken) {
        if (!taken.repeated()) {
            return MessageAnswer.accepted(taken.id(), MessageState.QUEUED, taken.position());
        }
        Optional<Found> found = lanes.find(taken.id(), Watching.NOTHING);
        return MessageAnswer.accepted(
                taken.id(),
                found.map(f -> f.record().state()).orElse(MessageState.QUEUED),
                found.flatMap(Found::position));
    }

    private CompletableFuture<ResponseEntity<byte[]>> hold(AcceptMessage.Offer offer, Duration limit) {
        MessageId id = acceptMessage.newId(offer);
        HeldRequests.Hold hold = held.begin(id);
        try {
            return answer(acceptMessage.accept(id, offer, AnswerBy.HELD), hold, limit);
        } catch (RuntimeException refused) {
            hold.close();
            throw refused;
        }
    }

    /** What is kept meanwhile is the id: the body must not stay in memory for as long as the request is held. */
    private CompletableFuture<ResponseEntity<byte[]>> answer(
            AcceptMessage.Taken taken, HeldRequests.Hold hold, Duration limit) {
        MessageId id = taken.id();
        HeldRequests.Hold holding = hold;
        if (taken.repeated()) {
            hold.close();
            holding = held.begin(id).looking();
        }
        return holding.within(limit)
                .exceptionally(failure -> {
                    if (failure instanceof RedisUnavailable) {
                        // It was accepted, and that holds.
                        return Optional.empty();
                    }
                    throw new CompletionException(failure);
                })
                .thenApply(found -> MessageAnswer.held(id, found));
    }

    private static ResponseEntity<byte[]> view(Optional<Found> found) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(MessageView.of(found.orElseThrow(Visible::unknown)));
    }

    private Found find(HttpServletRequest request, String messageId) {
        return Visible.of(MessageId.parse(messageId).flatMap(id -> lanes.find(id, Watching.NOTHING)), request);
    }

    private Duration seconds(String wait) {
        if (!wait.matches("\\d{1,6}")) {
            throw Problem.field("wait", wait, "whole seconds");
        }
        return bounded(Duration.ofSeconds(Long.parseLong(wait)));
    }

    private Duration bounded(Duration asked) {
        return asked.compareTo(properties.syncWait()) < 0 ? asked : properties.syncWait();
    }
}
