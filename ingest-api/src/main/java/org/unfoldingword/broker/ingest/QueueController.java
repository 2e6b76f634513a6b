package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.QueueView;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;

/** {@code /api/v1/queue/{user_id}}: what waits in a user's conversation. */
@RestController
@Needs(Right.READ)
final class QueueController {

    private final Lanes lanes;

    QueueController(Lanes lanes) {
        this.lanes = lanes;
    }

    @GetMapping(path = "/api/v1/queue/{userId}", produces = MediaType.APPLICATION_JSON_VALUE)
    byte[] get(
            HttpServletRequest request,
            @PathVariable String userId,
            @RequestParam(name = "org_id") Optional<String> orgId) {
        String org = Caller.of(request).orgOf(orgId);
        QueueView queue = lanes.queue(Conversation.ofUser(org, Submission.name("user_id", userId)));
        List<QueueView.Entry> entries = queue.entries();
        ObjectNode json = Json.object();
        json.put("user_id", userId);
        json.put("queue_length", entries.size());
        json.put("is_processing", queue.held());
        json.put("current_message_id", queue.held() ? entries.getFirst().id().toString() : null);
        ArrayNode waiting = json.putArray("waiting");
        for (int i = queue.held() ? 1 : 0; i < entries.size(); i++) {
            QueueView.Entry entry = entries.get(i);
            waiting.addObject()
                    .put("message_id", entry.id().toString())
                    .put("position", i + 1)
                    .put(
                            "age_seconds",
                            Duration.between(entry.acceptedAt(), queue.at()).toSeconds());
        }
        long usualMillis = queue.usual().map(Duration::toMillis).orElse(0L);
        json.put("estimated_wait_seconds", Math.ceilDiv(usualMillis * entries.size(), 1000L));
        return Json.bytes(json);
    }
}
