package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.lane.Totals;
import org.unfoldingword.broker.message.Json;

/** {@code /health}: one look at the whole, at a cost that does not grow with the number of users. */
@RestController
final class HealthController {

    private final Lanes lanes;

    HealthController(Lanes lanes) {
        this.lanes = lanes;
    }

    @GetMapping("/health")
    ResponseEntity<byte[]> get() {
        Optional<Totals> totals = totals();
        ObjectNode json = Json.mapper().createObjectNode();
        boolean worker = totals.map(t -> t.dispatchers().containsValue("ok")).orElse(false);
        boolean deliverers = totals.map(t -> !t.deliverers().isEmpty()).orElse(false);
        json.put("status", totals.isEmpty() ? "unhealthy" : worker && deliverers ? "healthy" : "degraded");
        json.put("redis_connected", totals.isPresent());
        json.put("worker_connected", worker);
        json.put("active_queues", totals.map(Totals::activeQueues).orElse(0L));
        json.put(
                "queued_messages", totals.map(t -> t.unfinished() - t.running()).orElse(0L));
        json.put("messages_processing", totals.map(Totals::running).orElse(0L));
        json.put(
                "dead_letters",
                totals.map(t -> t.deadMessages() + t.deadCallbacks()).orElse(0L));
        json.put("dispatchers", totals.map(t -> t.dispatchers().size()).orElse(0));
        json.put("deliverers", totals.map(t -> t.deliverers().size()).orElse(0));
        json.put("version", version());
        return ResponseEntity.status(totals.isPresent() ? 200 : 503)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Bodies.bytes(json));
    }

    private Optional<Totals> totals() {
        try {
            return Optional.of(lanes.totals());
        } catch (RedisUnavailable away) {
            return Optional.empty();
        }
    }

    private static String version() {
        return Optional.ofNullable(HealthController.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
