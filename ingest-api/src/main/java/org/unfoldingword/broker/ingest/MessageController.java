package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
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
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;
import org.unfoldingword.broker.message.RawObject;
import org.unfoldingword.broker.telemetry.Meters;

/** {@code /api/v1/message}: a message in, its state and its answer out. Runs on virtual threads, so a held request is cheap. */
@RestController
final class MessageController {

    private static final String PATH = "/api/v1/message";

    private final IngestProperties properties;
    private final AcceptMessage acceptMessage;
    private final Lanes lanes;
    private final Watches watches;
    private final MeterRegistry meters;

    MessageController(
            IngestProperties properties,
            AcceptMessage acceptMessage,
            Lanes lanes,
            Watches watches,
            MeterRegistry meters) {
        this.properties = properties;
        this.acceptMessage = acceptMessage;
        this.lanes = lanes;
        this.watches = watches;
        this.meters = meters;
    }

    @PostMapping(PATH)
    @Needs(Right.SUBMIT)
    ResponseEntity<byte[]> post(
            HttpServletRequest request,
            @RequestHeader HttpHeaders headers,
            @RequestHeader(name = "traceparent", defaultValue = "") String traceparent)
            throws IOException, InterruptedException {
        Bodies.Read body = Bodies.read(request, properties.maxBody().toBytes());
        Caller caller = Caller.of(request);
        Submission submission = Submission.read(body.object(), caller.defaultOrg());
        caller.requireNames(submission.org(), submission.client());
        Optional<IdempotencyKey> key = Optional.ofNullable(headers.getFirst("Idempotency-Key"))
                .or(submission::clientMessageId)
                .map(text -> IdempotencyKey.of(submission.client(), text, body.bytes()));
        Preference preference = Preference.of(headers.get("Prefer"));
        boolean async = preference.async()
                || caller.delivery() == Delivery.ASYNC && preference.hold().isEmpty();
        MessageId id = acceptMessage.newId(submission);

        if (submission.callbackUrl().isPresent() || async) {
            AcceptMessage.Taken taken = acceptMessage.accept(id, submission, key, traceparent, Watching.NOTHING);
            count(taken, submission.callbackUrl().isPresent() ? "callback" : "async");
            return queued(taken, preference.async());
        }
        Semaphore hints = new Semaphore(0);
        try (Watches.Watch watch = watches.on(id, hints::release)) {
            AcceptMessage.Taken taken = acceptMessage.accept(id, submission, key, traceparent, Watching.END);
            count(taken, "held");
            Duration wait = bounded(preference.hold().orElse(properties.syncWait()));
            Optional<Found> found = taken.repeated()
                    ? watches.awaitEnd(taken.id(), wait, /* known= */ false)
                    : watches.awaitEnd(taken.id(), wait, /* known= */ true, hints);
            return answer(taken, found);
        }
    }

    @GetMapping(PATH + "/{messageId}")
    @Needs(Right.READ)
    ResponseEntity<byte[]> get(
            HttpServletRequest request, @PathVariable String messageId, @RequestParam Optional<String> wait)
            throws InterruptedException, IOException {
        MessageId id = MessageId.parse(messageId).orElseThrow(MessageController::unknown);
        Optional<Duration> patience = wait.map(this::seconds);
        Found now = lanes.find(id, Watching.NOTHING)
                .filter(found -> Caller.of(request).sees(found))
                .orElseThrow(MessageController::unknown);
        if (patience.isEmpty() || now.record().state().ended()) {
            return json(200).body(MessageView.of(now));
        }
        Optional<Found> found = watches.awaitEnd(id, patience.get(), /* known= */ false);
        return json(200).body(MessageView.of(found.orElseThrow(MessageController::unknown)));
    }

    private void count(AcceptMessage.Taken taken, String delivery) {
        if (!taken.repeated()) {
            Meters.ACCEPTED.counter(meters, "delivery", delivery).increment();
        }
    }

    /** 202: accepted, the answer comes another way. */
    private ResponseEntity<byte[]> queued(AcceptMessage.Taken taken, boolean preferred) {
        ObjectNode body = Json.mapper().createObjectNode();
        Optional<Found> found = taken.repeated() ? lanes.find(taken.id(), Watching.NOTHING) : Optional.empty();
        body.put(
                "status",
                found.map(f -> f.record().state()).orElse(MessageState.QUEUED).toString());
        taken.position().or(() -> found.flatMap(Found::position)).ifPresent(n -> body.put("queue_position", n));
        body.put("message_id", taken.id().toString());
        ResponseEntity.BodyBuilder answer = json(202).location(URI.create(PATH + "/" + taken.id()));
        if (preferred) {
            answer.header("Preference-Applied", "respond-async");
        }
        return answer.body(Bodies.bytes(body));
    }

    private ResponseEntity<byte[]> answer(AcceptMessage.Taken taken, Optional<Found> found) throws IOException {
        if (found.isEmpty() || !found.get().record().state().ended()) {
            return queued(new AcceptMessage.Taken(taken.id(), Optional.empty(), true), false);
        }
        MessageRecord record = found.get().record();
        if (record.response().isPresent()) {
            RawObject response = RawObject.parse(record.response().get().toBytes());
            return json(200)
                    .location(URI.create(PATH + "/" + taken.id()))
                    .body(response.rewrite(
                            Set.of(),
                            Map.of(
                                    "message_id",
                                    Bodies.bytes(TextNode.valueOf(taken.id().toString())))));
        }
        MessageRecord.Fault fault = record.error().orElse(new MessageRecord.Fault("unknown", "no answer"));
        int status =
                switch (record.state()) {
                    case CANCELLED -> 409;
                    case EXPIRED -> 504;
                    default -> fault.code().equals("worker_timeout") ? 504 : 502;
                };
        ObjectNode problem = Json.mapper().createObjectNode();
        problem.put("type", "about:blank");
        problem.put("title", "The message has ended without an answer");
        problem.put("status", status);
        problem.put("code", fault.code());
        problem.put("detail", fault.message());
        problem.put("message_id", taken.id().toString());
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .location(URI.create(PATH + "/" + taken.id()))
                .body(Bodies.bytes(problem));
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

    private static ResponseEntity.BodyBuilder json(int status) {
        return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON);
    }

    private static Problem unknown() {
        return Problem.of(404, "message_unknown", "message_id: unknown, or its retention is over");
    }
}
