package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Live;
import org.unfoldingword.broker.lane.Memory;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Totals;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.telemetry.Ticker;

/** {@code /overview}: how the whole fares, at a cost that does not grow with the number of users. */
@RestController
@Needs(Right.OPERATE)
final class OverviewController {

    private final Operations operations;
    private final Ticker ticker;

    OverviewController(Operations operations, Ticker ticker) {
        this.operations = operations;
        this.ticker = ticker;
    }

    @GetMapping("/api/v1/operator/overview")
    ResponseEntity<byte[]> overview() {
        return OperatorView.ok(snapshot());
    }

    /** The overview at this moment. */
    ObjectNode snapshot() {
        long startNanos = ticker.nanos();
        Live live = operations.live();
        Duration answeredIn = Duration.ofNanos(ticker.nanos() - startNanos);
        Totals totals = live.totals();
        ObjectNode json = Json.object();
        json.put("at", live.at().toString());
        longestHead(messages(json.putObject("messages"), totals, live.messages()), Lane.MESSAGES, live);
        longestHead(callbacks(json.putObject("callbacks"), totals, live.callbacks()), Lane.CALLBACKS, live);
        holders(json.putArray("dispatchers"), totals.dispatchers());
        holders(json.putArray("deliverers"), totals.deliverers());
        ArrayNode pauses = json.putArray("pauses");
        if (live.messages().paused() > 0) {
            operations.pauses().forEach(pause -> pauses.add(OperatorView.pause(pause)));
        }
        Memory memory = operations.memory();
        ObjectNode redis = json.putObject("redis");
        redis.put("answered_in_seconds", answeredIn.toNanos() / 1e9);
        redis.put("used_memory_bytes", memory.usedBytes());
        redis.put("max_memory_bytes", memory.maxBytes().orElse(null));
        redis.put("disk_writes", memory.diskWrites());
        return json;
    }

    private static ObjectNode messages(ObjectNode json, Totals totals, Live.Fare fare) {
        long waiting = Math.max(0, totals.unfinished() - totals.running() - fare.delayed());
        json.put("accepted", totals.accepted());
        json.put("redriven", totals.redriven());
        json.put("waiting", waiting);
        json.put("running", totals.running());
        json.put("delayed", fare.delayed());
        json.put("completed", totals.completed());
        json.put("failed", totals.failed());
        json.put("cancelled", totals.cancelled());
        json.put("expired", totals.expired());
        json.put("dead_letters", totals.deadMessages());
        return json.put("conversations", fare.queues());
    }

    /** What tells of a message while that runs is no result that waits. */
    private static ObjectNode callbacks(ObjectNode json, Totals totals, Live.Fare fare) {
        json.put("pending", Math.max(0, totals.callbacksPending() - fare.telling()));
        json.put("running", fare.running() - fare.telling());
        json.put("telling", fare.telling());
        json.put("delayed", fare.delayed());
        json.put("delivered", totals.callbacksDelivered());
        json.put("dead_letters", fare.dead());
        return json.put("queues", fare.queues());
    }

    private void longestHead(ObjectNode json, Lane lane, Live live) {
        json.put(
                "longest_head_seconds",
                operations
                        .longestStanding(lane, live)
                        .map(OperatorView::seconds)
                        .orElse(0.0));
    }

    private static void holders(ArrayNode json, Map<String, String> holders) {
        holders.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(holder -> json.addObject().put("name", holder.getKey()).put("state", holder.getValue()));
    }
}
