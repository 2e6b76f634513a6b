package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
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
import org.unfoldingword.broker.message.MessageState;

/** {@code DELETE /api/v1/message/{message_id}}: ends a message that nobody wants any more. */
@RestController
@Needs(Right.SUBMIT)
final class CancelController {

    /** How long the answer waits for the holder of a running message to stop; mostly it takes milliseconds. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);

    private final Lanes lanes;
    private final HeldRequests held;

    CancelController(Lanes lanes, HeldRequests held) {
        this.lanes = lanes;
        this.held = held;
    }

    @DeleteMapping("/api/v1/message/{messageId}")
    CompletableFuture<ResponseEntity<byte[]>> delete(HttpServletRequest request, @PathVariable String messageId) {
        MessageId id = MessageId.parse(messageId).orElseThrow(Visible::unknown);
        Found found = Visible.of(lanes.find(id, Watching.NOTHING), request);
        return switch (lanes.cancel(found)) {
            case REMOVED -> CompletableFuture.completedFuture(stopped(lanes.find(id, Watching.NOTHING)));
            case ASKED -> held.begin(id).looking().within(STOP_WAIT).thenApply(CancelController::stopped);
            case ENDED -> throw ended(found.record().state());
            case UNKNOWN -> throw Visible.unknown();
        };
    }

    /** 202 if it still runs: it will be cancelled, unless its answer comes first. */
    private static ResponseEntity<byte[]> stopped(Optional<Found> seen) {
        Found found = seen.orElseThrow(Visible::unknown);
        MessageState state = found.record().state();
        if (state.ended() && state != MessageState.CANCELLED) {
            throw ended(state);
        }
        try {
            return ResponseEntity.status(state.ended() ? 200 : 202)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(MessageView.of(found));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Problem ended(MessageState state) {
        return Problem.of(409, "message_ended", "message_id: " + state + " (expected: a message that waits or runs)");
    }
}
