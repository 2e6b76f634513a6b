package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Live;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.lane.Totals;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.telemetry.Ticker;

/** {@code /health}: one look at the whole, at a cost that does not grow with the number of users. */
@RestController
final class HealthController {

    private final Operations operations;
    private final HealthProperties properties;
    private final Ticker ticker;

    HealthController(Operations operations, HealthProperties properties, Ticker ticker) {
        this.operations = operations;
        this.properties = properties;
        this.ticker = ticker;
    }

    @GetMapping("/health")
    ResponseEntity<byte[]> get() {
        try {
            long startNanos = ticker.nanos();
            Live live = operations.live();
            Duration answeredIn = Duration.ofNanos(ticker.nanos() - startNanos);
            List<String> reasons = diagnosis(live, answeredIn).reasons(properties.memoryPercentMax());
            return answer(200, reasons.isEmpty() ? "healthy" : "degraded", Optional.of(live.totals()), reasons);
        } catch (RedisUnavailable away) {
            return answer(503, "unhealthy", Optional.empty(), List.of("Redis cannot be reached"));
        }
    }

    private Diagnosis diagnosis(Live live, Duration answeredIn) {
        return new Diagnosis(
                live,
                answeredIn,
                operations.memory(),
                live.away() > 0 || live.messages().paused() == 0 ? List.of() : operations.pauses(),
                stuck(Lane.MESSAGES, live, live.messages()),
                stuck(Lane.CALLBACKS, live, live.callbacks()));
    }

    /** Looks closer only when some head has stood for too long; it may be one that is paused. */
    private Optional<Duration> stuck(Lane lane, Live live, Live.Fare fare) {
        return fare.longestHead()
                .filter(this::tooLong)
                .flatMap(suspect -> operations.longestStanding(lane, live))
                .filter(this::tooLong);
    }

    private boolean tooLong(Duration stood) {
        return stood.compareTo(properties.stuckAfter()) > 0;
    }

    private static ResponseEntity<byte[]> answer(
            int code, String status, Optional<Totals> totals, List<String> reasons) {
        ObjectNode json = Json.object();
        json.put("status", status);
        json.put("redis_connected", totals.isPresent());
        json.put(
                "worker_connected",
                totals.map(t -> t.dispatchers().containsValue("ok")).orElse(false));
        json.put("active_queues", totals.map(Totals::activeQueues).orElse(0L));
        json.put(
                "queued_messages",
                totals.map(t -> Math.max(0, t.unfinished() - t.running())).orElse(0L));
        json.put("messages_processing", totals.map(Totals::running).orElse(0L));
        json.put(
                "dead_letters",
                totals.map(t -> t.deadMessages() + t.deadCallbacks()).orElse(0L));
        json.put("dispatchers", totals.map(t -> t.dispatchers().size()).orElse(0));
        json.put("deliverers", totals.map(t -> t.deliverers().size()).orElse(0));
        json.put("version", version());
        ArrayNode words = json.putArray("reasons");
        reasons.forEach(words::add);
        return ResponseEntity.status(code)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(json));
    }

    private static String version() {
        return Optional.ofNullable(HealthController.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
