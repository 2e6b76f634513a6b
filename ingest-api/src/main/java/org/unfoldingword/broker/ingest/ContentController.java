package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.RawObject;

/** {@code /messages/{id}/content}: what a message, its answer, and those who refused either say; only for keys that may read it. */
@RestController
@Needs(Right.CONTENT)
final class ContentController {

    private final Operations operations;
    private final Lanes lanes;

    ContentController(Operations operations, Lanes lanes) {
        this.operations = operations;
        this.lanes = lanes;
    }

    @GetMapping("/api/v1/operator/messages/{messageId}/content")
    ResponseEntity<byte[]> show(@PathVariable String messageId) {
        MessageId id = OperatorRequest.messageId(messageId);
        Found found = lanes.find(id, Watching.NOTHING).orElseThrow(Visible::unknown);
        ObjectNode json = Json.object();
        json.put("message_id", id.toString());
        json.putNull("request");
        json.putNull("response");
        json.put("error", found.record().error().map(MessageRecord.Fault::words).orElse(null));
        json.put(
                "callback_answer",
                found.record()
                        .callback()
                        .flatMap(MessageRecord.Callback::answer)
                        .orElse(null));
        Map<String, byte[]> said = new LinkedHashMap<>();
        operations.request(id).ifPresent(request -> said.put("request", request.toBytes()));
        found.record().response().ifPresent(response -> said.put("response", response.toBytes()));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .body(RawObject.joined(json, said));
    }
}
