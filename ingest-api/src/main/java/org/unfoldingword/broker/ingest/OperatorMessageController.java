package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Timeline;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** {@code /messages/{id}}: one message's life, without its content, and its end before its time. */
@RestController
@Needs(Right.OPERATE)
final class OperatorMessageController {

    private final Operations operations;
    private final Lanes lanes;
    private final Cancellation cancellation;

    OperatorMessageController(Operations operations, Lanes lanes, Cancellation cancellation) {
        this.operations = operations;
        this.lanes = lanes;
        this.cancellation = cancellation;
    }

    @GetMapping("/api/v1/operator/messages/{messageId}")
    ResponseEntity<byte[]> show(@PathVariable String messageId) {
        MessageId id = OperatorRequest.messageId(messageId);
        Found found = lanes.find(id, Watching.NOTHING).orElseThrow(Visible::unknown);
        Timeline timeline = operations.timeline(id).orElseThrow(Visible::unknown);
        MessageRecord record = found.record();
        ObjectNode json = Json.object();
        json.put("message_id", id.toString());
        json.put("conversation", record.conversation());
        json.put("org_id", found.envelope().org());
        json.put("user_id", found.envelope().user());
        json.put("client_id", found.envelope().client());
        json.put("status", record.state().toString());
        found.position().ifPresent(position -> json.put("queue_position", position));
        json.put("accepted_at", record.acceptedAt().toString());
        OperatorView.time(json, "redriven_at", record.redrivenAt());
        OperatorView.time(json, "started_at", record.startedAt());
        OperatorView.time(json, "next_attempt_at", record.nextAttemptAt());
        OperatorView.time(json, "finished_at", record.finishedAt());
        Instant waitedUntil = record.startedAt().or(record::finishedAt).orElse(found.at());
        json.put("waited_seconds", OperatorView.seconds(Duration.between(record.waitsSince(), waitedUntil)));
        json.put("attempts", record.attempts());
        json.put("lapses", record.lapses());
        json.put("failures", record.failures());
        json.put("redrives", record.redrives());
        record.error()
                .ifPresent(fault ->
                        json.putObject("error").put("code", fault.code()).put("message", fault.withoutWords()));
        attempts(json.putArray("calls"), timeline.calls(), found.at());
        record.callback().ifPresent(callback -> {
            ObjectNode told = json.putObject("callback");
            told.put("status", callback.state());
            told.put("attempts", callback.attempts());
            found.envelope().callbackEndpoint().ifPresent(endpoint -> told.put("endpoint", endpoint));
            OperatorView.time(told, "next_attempt_at", callback.nextAttemptAt());
            callback.lastError().ifPresent(error -> told.put("last_error", error));
        });
        attempts(json.putArray("deliveries"), timeline.deliveries(), found.at());
        return OperatorView.ok(json);
    }

    /** The record says in which state the message was found; the answer, in which it is now. */
    @PostMapping("/api/v1/operator/messages/{messageId}/cancel")
    CompletableFuture<ResponseEntity<byte[]>> cancel(HttpServletRequest request, @PathVariable String messageId)
            throws IOException {
        boolean dryRun = OperatorRequest.Body.of(request).dryRun();
        MessageId id = OperatorRequest.messageId(messageId);
        Found found = lanes.find(id, Watching.NOTHING).orElseThrow(Visible::unknown);
        if (dryRun) {
            Cancellation.requireUnended(found);
            return CompletableFuture.completedFuture(cancelled(found, /* dryRun= */ true));
        }
        CompletableFuture<Found> stopped = cancellation.of(found);
        operations.log(
                OperatorRequest.who(request),
                "cancel",
                id.toString(),
                1,
                found.record().state().toString());
        return stopped.thenApply(now -> cancelled(now, /* dryRun= */ false));
    }

    /** 202 if it still runs. */
    private static ResponseEntity<byte[]> cancelled(Found found, boolean dryRun) {
        MessageState state = found.record().state();
        ObjectNode json = Json.object();
        json.put("message_id", found.id().toString());
        json.put("dry_run", dryRun);
        json.put("status", state.toString());
        return dryRun || state.ended() ? OperatorView.ok(json) : OperatorView.answer(202, json);
    }

    private static void attempts(ArrayNode json, List<Timeline.Attempt> attempts, Instant now) {
        for (Timeline.Attempt attempt : attempts) {
            ObjectNode one = json.addObject();
            one.put("started_at", attempt.startedAt().toString());
            OperatorView.time(one, "ended_at", attempt.endedAt());
            one.put(
                    "took_seconds",
                    OperatorView.seconds(Duration.between(
                            attempt.startedAt(), attempt.endedAt().orElse(now))));
            one.put("outcome", attempt.outcome());
            one.put("holder", attempt.holder());
            one.put("detail", attempt.detail());
        }
    }
}
