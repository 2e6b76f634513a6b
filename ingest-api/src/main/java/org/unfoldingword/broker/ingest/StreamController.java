package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** {@code /api/v1/stream}: what happens to a message, or to all messages of a user's conversation, as it happens. */
@RestController
@Needs(Right.READ)
final class StreamController {

    private final Lanes lanes;
    private final EventStreams streams;

    StreamController(Lanes lanes, EventStreams streams) {
        this.lanes = lanes;
        this.streams = streams;
    }

    @GetMapping("/api/v1/stream")
    void get(
            HttpServletRequest request,
            HttpServletResponse response,
            @RequestParam(name = "user_id") Optional<String> userId,
            @RequestParam(name = "org_id") Optional<String> orgId,
            @RequestParam(name = "message_id") Optional<String> messageId)
            throws IOException {
        String user = given(userId).orElseThrow(() -> Problem.field("user_id", "missing", "the user's name"));
        Optional<String> message = given(messageId);
        if (message.isPresent()) {
            MessageId id = MessageId.parse(message.get()).orElseThrow(Visible::unknown);
            Visible.of(lanes.find(id, Watching.NOTHING), request);
            streams.open(request, response, id);
        } else {
            Submission.name("user_id", user);
            streams.open(
                    request, response, Conversation.ofUser(Caller.of(request).orgOf(orgId), user));
        }
    }

    private static Optional<String> given(Optional<String> parameter) {
        return parameter.filter(value -> !value.isBlank());
    }
}
