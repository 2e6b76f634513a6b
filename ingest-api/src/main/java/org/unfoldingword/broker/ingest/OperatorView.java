package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.unfoldingword.broker.lane.DeadLetter;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Page;
import org.unfoldingword.broker.lane.Pause;
import org.unfoldingword.broker.lane.Place;
import org.unfoldingword.broker.lane.QueueState;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;

/** What operators see, as JSON. Times are RFC 3339, durations seconds; never a message's content. */
final class OperatorView {

    private OperatorView() {}

    static ResponseEntity<byte[]> ok(ObjectNode json) {
        return answer(200, json);
    }

    static ResponseEntity<byte[]> answer(int status, ObjectNode json) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .body(Json.bytes(json));
    }

    /** How far the list has come: a page may have nothing and yet a next one. */
    static void next(ObjectNode json, Page<?> page) {
        json.put("next_cursor", page.next().map(Place::cursor).orElse(null));
        json.put("looked_until", page.next().map(place -> place.at().toString()).orElse(null));
    }

    static double seconds(Duration duration) {
        return Math.max(0, duration.toMillis()) / 1000.0;
    }

    static void time(ObjectNode json, String field, Optional<Instant> at) {
        at.ifPresent(time -> json.put(field, time.toString()));
    }

    static ObjectNode queue(QueueState queue) {
        ObjectNode json = Json.object();
        String conversation = conversationOf(queue);
        json.put("conversation", conversation);
        json.put("org_id", new Conversation(conversation).org());
        if (queue.lane() == Lane.CALLBACKS) {
            json.put("endpoint", endpointOf(queue));
        }
        json.put("state", queue.standing().name().toLowerCase(Locale.ROOT));
        json.put("length", queue.length());
        json.put("head_message_id", queue.head().toString());
        json.put("head_status", queue.headState());
        json.put("head_accepted_at", queue.headAcceptedAt().toString());
        json.put("head_since", queue.headSince().toString());
        json.put("head_for_seconds", seconds(queue.headFor()));
        json.put("attempts", queue.attempts());
        json.put("lapses", queue.lapses());
        queue.pending().ifPresent(pending -> json.set("pending", pending(pending)));
        time(json, "claimed_at", queue.claimedAt());
        time(json, queue.held() ? "lease_until" : "next_attempt_at", queue.dueAt());
        time(json, "due_since", queue.readySince());
        json.put("in_doubt", queue.doubtful());
        ArrayNode pauses = json.putArray("pauses");
        queue.pauses().forEach(pause -> pauses.add(pause(pause)));
        return json;
    }

    static ObjectNode pending(QueueState.Pending pending) {
        return Json.object()
                .put("entry", pending.entry())
                .put("consumer", pending.consumer())
                .put("idle_seconds", seconds(pending.idle()))
                .put("deliveries", pending.deliveries());
    }

    static ObjectNode pause(Pause pause) {
        ObjectNode json = scope(pause.scope());
        return json.put("since", pause.since().toString())
                .put("by", pause.who())
                .put("reason", pause.why());
    }

    static ObjectNode scope(Scope scope) {
        return switch (scope) {
            case Scope.One one ->
                Json.object()
                        .put("scope", "conversation")
                        .put("conversation", one.conversation().name());
            case Scope.Org org -> Json.object().put("scope", "org").put("org_id", org.org());
            case Scope.All all -> Json.object().put("scope", "all");
        };
    }

    static ObjectNode deadLetter(DeadLetter letter) {
        MessageRecord record = letter.record();
        ObjectNode json = Json.object();
        json.put("message_id", letter.id().toString());
        json.put("lane", letter.lane().word());
        json.put("conversation", record.conversation());
        record.envelope().ifPresent(envelope -> {
            json.put("org_id", envelope.org());
            json.put("user_id", envelope.user());
            json.put("client_id", envelope.client());
            envelope.callbackEndpoint().ifPresent(endpoint -> json.put("endpoint", endpoint));
        });
        json.put("accepted_at", record.acceptedAt().toString());
        json.put("died_at", letter.diedAt().toString());
        if (letter.lane() == Lane.CALLBACKS) {
            json.put(
                    "attempts",
                    record.callback().map(MessageRecord.Callback::attempts).orElse(0));
            json.put("code", "undelivered");
            json.put(
                    "reason",
                    record.callback().flatMap(MessageRecord.Callback::lastError).orElse(""));
        } else {
            json.put("attempts", record.attempts());
            json.put("code", record.error().map(MessageRecord.Fault::code).orElse(""));
            json.put(
                    "reason",
                    record.error().map(MessageRecord.Fault::withoutWords).orElse(""));
        }
        json.put("redrives", record.redrives());
        return json;
    }

    /** The conversation that a queue of either lane belongs to: a callback queue's name ends with its endpoint. */
    static String conversationOf(QueueState queue) {
        return queue.lane() == Lane.MESSAGES
                ? queue.name()
                : queue.name().substring(0, queue.name().lastIndexOf(':'));
    }

    static String endpointOf(QueueState queue) {
        return Conversation.unescape(queue.name().substring(queue.name().lastIndexOf(':') + 1));
    }
}
