package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.MessageId;

/** {@code DELETE /api/v1/message/{message_id}}: a client ends a message that nobody wants any more. */
@RestController
@Needs(Right.SUBMIT)
final class CancelController {

    private final Lanes lanes;
    private final Cancellation cancellation;

    CancelController(Lanes lanes, Cancellation cancellation) {
        this.lanes = lanes;
        this.cancellation = cancellation;
    }

    @DeleteMapping("/api/v1/message/{messageId}")
    CompletableFuture<ResponseEntity<byte[]>> delete(HttpServletRequest request, @PathVariable String messageId) {
        MessageId id = MessageId.parse(messageId).orElseThrow(Visible::unknown);
        Found found = Visible.of(lanes.find(id, Watching.NOTHING), request);
        return cancellation.of(found).thenApply(CancelController::answer);
    }

    /** 202 if it still runs. */
    private static ResponseEntity<byte[]> answer(Found found) {
        return ResponseEntity.status(found.record().state().ended() ? 200 : 202)
                .contentType(MediaType.APPLICATION_JSON)
                .body(MessageView.of(found));
    }
}
