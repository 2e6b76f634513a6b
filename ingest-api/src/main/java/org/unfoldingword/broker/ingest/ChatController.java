package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.MeterRegistry;
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
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Meters;

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
    private final MeterRegistry meters;

    ChatController(
            IngestProperties properties,
            AcceptMessage acceptMessage,
            HeldRequests held,
            EventStreams streams,
            SubmitRates rates,
            MeterRegistry meters) {
        this.properties = properties;
        this.acceptMessage = acceptMessage;
        this.held = held;
        this.streams = streams;
        this.rates = rates;
        this.meters = meters;
    }

    /** Holds the request until the turn is over. */
    @PostMapping("/api/v1/chat")
    CompletableFuture<ResponseEntity<byte[]>> chat(
            HttpServletRequest request, @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        ChatRequest.Checked checked = checked(request, Transport.FINAL);
        MessageId id = acceptMessage.newId(checked.submission());
        HeldRequests.Hold hold = held.begin(id);
        try {
            accept(id, checked, traceparent, Watching.END, "chat");
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
        ChatRequest.Checked checked = checked(request, Transport.STREAM);
        MessageId id = acceptMessage.newId(checked.submission());
        accept(id, checked, traceparent, Watching.FRAMES, "chat-stream");
        streams.openLikeTheWorker(request, response, id);
    }

    /** Answers at once; what happens is posted to the client's URL. */
    @PostMapping("/api/v1/chat/callback")
    ResponseEntity<byte[]> callback(
            HttpServletRequest request, @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException {
        ChatRequest.Checked checked = checked(request, Transport.CALLBACK);
        boolean followed = checked.submission().workerCallback().orElseThrow().tellsProgress();
        AcceptMessage.Taken taken = accept(
                acceptMessage.newId(checked.submission()),
                checked,
                traceparent,
                followed ? Watching.FRAMES : Watching.NOTHING,
                "chat-callback");
        return ResponseEntity.status(202)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(Json.object().put("message_id", taken.id().toString())));
    }

    private ChatRequest.Checked checked(HttpServletRequest request, Transport transport) throws IOException {
        rates.take(Caller.of(request).account());
        try (BodyReader.Body body =
                BodyReader.of(request).read(request, properties.maxBody().toBytes())) {
            return ChatRequest.read(body, transport, Caller.of(request));
        }
    }

    private AcceptMessage.Taken accept(
            MessageId id, ChatRequest.Checked checked, String traceparent, Watching watching, String delivery) {
        AcceptMessage.Taken taken =
                acceptMessage.accept(id, checked.submission(), checked.key(), traceparent, watching);
        if (!taken.repeated()) {
            Meters.ACCEPTED.counter(meters, "delivery", delivery).increment();
        }
        return taken;
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
