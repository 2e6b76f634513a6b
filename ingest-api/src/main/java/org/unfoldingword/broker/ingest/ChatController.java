package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;

/**
 * The worker's own three chat routes: the same requests, answers and errors, but ordered, durable and deduplicated. So a client moves
 * behind the broker by changing one URL and one key.
 */
@RestController
@Needs(Right.SUBMIT)
final class ChatController {

    private final IngestProperties properties;
    private final AcceptMessage acceptMessage;
    private final HeldRequests held;
    private final EventStreams streams;
    private final SubmitRates rates;

    ChatController(
            IngestProperties properties,
            AcceptMessage acceptMessage,
            HeldRequests held,
            EventStreams streams,
            SubmitRates rates) {
        this.properties = properties;
        this.acceptMessage = acceptMessage;
        this.held = held;
        this.streams = streams;
        this.rates = rates;
    }

    /** Holds the request until the turn is over. */
    @PostMapping("/api/v1/chat")
    CompletableFuture<ResponseEntity<byte[]>> chat(
            HttpServletRequest request, @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        AcceptMessage.Offer offer = offer(request, Transport.FINAL, traceparent);
        MessageId id = acceptMessage.newId(offer);
        HeldRequests.Hold hold = held.begin(id);
        try {
            acceptMessage.accept(id, offer, AnswerBy.CHAT);
        } catch (RuntimeException refused) {
            hold.close();
            throw refused;
        }
        return hold.within(properties.syncWait())
                // Redis is away, but it was accepted, and that holds.
                .exceptionally(failure -> Optional.empty())
                .thenApply(found -> answer(id, found));
    }

    /** Tells of the turn as it goes. */
    @PostMapping("/api/v1/chat/stream")
    void stream(
            HttpServletRequest request,
            HttpServletResponse response,
            @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        AcceptMessage.Offer offer = offer(request, Transport.STREAM, traceparent);
        streams.openLikeTheWorker(
                request,
                response,
                acceptMessage.accept(offer, AnswerBy.CHAT_STREAM).id());
    }

    /** Answers at once; what happens is posted to the client's URL. */
    @PostMapping("/api/v1/chat/callback")
    ResponseEntity<byte[]> callback(
            HttpServletRequest request, @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        AcceptMessage.Offer offer = offer(request, Transport.CALLBACK, traceparent);
        boolean followed = offer.submission().workerCallback().orElseThrow().tellsProgress();
        AcceptMessage.Taken taken =
                acceptMessage.accept(offer, followed ? AnswerBy.CHAT_PROGRESS : AnswerBy.CHAT_CALLBACK);
        return ResponseEntity.status(202)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(Json.object().put("message_id", taken.id().toString())));
    }

    private AcceptMessage.Offer offer(HttpServletRequest request, Transport transport, String traceparent)
            throws IOException {
        rates.take(Caller.of(request).account());
        try (BodyReader.Body body =
                BodyReader.of(request).read(request, properties.maxBody().toBytes())) {
            return ChatRequest.read(body, transport, Caller.of(request), traceparent);
        }
    }

    private static ResponseEntity<byte[]> answer(MessageId id, Optional<Found> found) {
        Optional<MessageRecord> ended =
                found.map(Found::record).filter(record -> record.state().ended());
        if (ended.isEmpty()) {
            return Refusal.told(
                            504,
                            "Processing failed",
                            "SYNC_WAIT_OVER",
                            "Still being processed; the answer will be at /api/v1/message/" + id,
                            id.toString())
                    .toResponse();
        }
        MessageRecord record = ended.get();
        if (record.response().isEmpty()) {
            MessageRecord.Fault fault = record.error().orElse(new MessageRecord.Fault("unknown", "no answer"));
            return WorkerErrors.answer(id, record.state(), fault).toResponse();
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(MessageAnswer.withId(id, record.response().get()));
    }
}
