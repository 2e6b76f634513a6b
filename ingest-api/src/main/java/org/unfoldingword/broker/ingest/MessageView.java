package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.RawObject;

/** One message as its client sees it; the worker's answer within it is the worker's, byte for byte. */
final class MessageView {

    private MessageView() {}

    static byte[] of(Found found) {
        MessageRecord record = found.record();
        Envelope envelope = found.envelope();
        ObjectNode json = Json.object();
        json.put("message_id", found.id().toString());
        envelope.clientMessageId().ifPresent(given -> json.put("client_message_id", given));
        json.put("user_id", envelope.user());
        json.put("org_id", envelope.org());
        json.put("client_id", envelope.client());
        json.put("status", record.state().toString());
        found.position().ifPresent(position -> json.put("queue_position", position));
        json.put("created_at", record.acceptedAt().toString());
        record.startedAt().ifPresent(at -> json.put("started_at", at.toString()));
        record.finishedAt().ifPresent(at -> json.put("finished_at", at.toString()));
        json.put("attempts", record.attempts());
        record.error()
                .ifPresent(fault ->
                        json.putObject("error").put("code", fault.code()).put("message", fault.message()));
        record.callback().ifPresent(callback -> callback(json.putObject("callback"), callback));
        envelope.metadata().ifPresent(metadata -> json.set("metadata", metadata));
        Map<String, byte[]> response = new LinkedHashMap<>();
        record.response().ifPresent(answer -> response.put("response", answer.toBytes()));
        return RawObject.joined(json, response);
    }

    private static void callback(ObjectNode json, MessageRecord.Callback callback) {
        json.put("status", callback.state());
        json.put("attempts", callback.attempts());
        callback.nextAttemptAt().map(Instant::toString).ifPresent(at -> json.put("next_attempt_at", at));
        callback.lastError()
                .ifPresent(error -> json.put(
                        "last_error",
                        error + callback.answer().map(said -> ": " + said).orElse("")));
    }
}
