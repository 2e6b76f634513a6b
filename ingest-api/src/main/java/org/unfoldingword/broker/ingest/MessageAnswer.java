package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Payload;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;
import org.unfoldingword.broker.message.RawObject;

/** What a submission is answered: 202 while its message goes on, and what the worker said, or how it failed, once it has ended. */
final class MessageAnswer {

    private MessageAnswer() {}

    /**
     * To a request that was held: as far as it has come.
     *
     * @param found empty: it is accepted, and that is all that is known now
     */
    static ResponseEntity<byte[]> held(MessageId id, Optional<Found> found) {
        Optional<MessageRecord> ended =
                found.map(Found::record).filter(record -> record.state().ended());
        if (ended.isEmpty()) {
            return accepted(id, found.map(f -> f.record().state()).orElse(MessageState.QUEUED), position(found))
                    .build();
        }
        return ended.get().response().map(response -> answered(id, response)).orElseGet(() -> failed(id, ended.get()));
    }

    /** 202: the answer comes another way. */
    static Accepted accepted(MessageId id, MessageState state, Optional<Integer> position) {
        return new Accepted(id, state, position);
    }

    /** The worker's whole answer, byte for byte, and the message's id. */
    static byte[] withId(MessageId id, Payload response) {
        try {
            byte[] name = Json.bytes(TextNode.valueOf(id.toString()));
            return RawObject.parse(response.toBytes()).rewrite(Set.of(), Map.of("message_id", name));
        } catch (IOException notWhatWasStored) {
            throw new UncheckedIOException(notWhatWasStored);
        }
    }

    private static Optional<Integer> position(Optional<Found> found) {
        return found.flatMap(Found::position);
    }

    private static ResponseEntity<byte[]> answered(MessageId id, Payload response) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .location(location(id))
                .body(withId(id, response));
    }

    private static ResponseEntity<byte[]> failed(MessageId id, MessageRecord record) {
        MessageRecord.Fault fault = record.error().orElse(new MessageRecord.Fault("unknown", "no answer"));
        boolean late = record.state() == MessageState.EXPIRED || fault.code().equals("worker_timeout");
        int status = late ? 504 : 502;
        ObjectNode problem = Json.object();
        problem.put("type", "about:blank");
        problem.put("title", "The message has ended without an answer");
        problem.put("status", status);
        problem.put("code", fault.code());
        problem.put("detail", fault.message());
        problem.put("message_id", id.toString());
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .location(location(id))
                .body(Json.bytes(problem));
    }

    private static URI location(MessageId id) {
        return URI.create(MessageController.PATH + "/" + id);
    }

    /** An answer of 202, which may say that a preference was met. */
    record Accepted(MessageId id, MessageState state, Optional<Integer> position) {

        ResponseEntity<byte[]> build() {
            return answer().body(body());
        }

        ResponseEntity<byte[]> preferred() {
            return answer().header("Preference-Applied", "respond-async").body(body());
        }

        private ResponseEntity.BodyBuilder answer() {
            return ResponseEntity.accepted()
                    .contentType(MediaType.APPLICATION_JSON)
                    .location(MessageAnswer.location(id));
        }

        private byte[] body() {
            ObjectNode body = Json.object();
            body.put("status", state.toString());
            position.ifPresent(n -> body.put("queue_position", n));
            body.put("message_id", id.toString());
            return Json.bytes(body);
        }
    }
}
