package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Live;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Page;
import org.unfoldingword.broker.lane.Pause;
import org.unfoldingword.broker.lane.QueueFilter;
import org.unfoldingword.broker.lane.QueueState;
import org.unfoldingword.broker.lane.QueueView;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.lane.Timeline;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;

/** {@code /conversations} and {@code /pending}: which conversations there are, how each stands, and why. */
@RestController
@Needs(Right.OPERATE)
final class ConversationsController {

    private static final String PATH = "/api/v1/operator/conversations";
    /** Without word of another time, a head that stands for so long counts as stuck. */
    private static final long STUCK_SECONDS = 120;

    private final Operations operations;
    private final Lanes lanes;

    ConversationsController(Operations operations, Lanes lanes) {
        this.operations = operations;
        this.lanes = lanes;
    }

    @GetMapping(PATH)
    ResponseEntity<byte[]> list(
            @RequestParam Optional<String> lane,
            @RequestParam Optional<String> state,
            @RequestParam Optional<String> search,
            @RequestParam(name = "head_for") Optional<Long> headFor,
            @RequestParam Optional<String> cursor,
            @RequestParam Optional<Integer> limit) {
        QueueFilter.Only only = OperatorRequest.word("state", state, QueueFilter.Only.values(), QueueFilter.Only.ANY);
        Optional<Long> standing =
                only == QueueFilter.Only.STUCK ? headFor.or(() -> Optional.of(STUCK_SECONDS)) : headFor;
        QueueFilter filter = new QueueFilter(
                only, OperatorRequest.seconds("head_for", standing), Duration.ZERO, OperatorRequest.search(search));
        Page<QueueState> page = operations.queues(
                OperatorRequest.lane(lane), filter, OperatorRequest.cursor(cursor), OperatorRequest.limit(limit));
        ObjectNode json = Json.object();
        ArrayNode items = json.putArray("conversations");
        page.items().forEach(queue -> items.add(OperatorView.queue(queue)));
        OperatorView.next(json, page);
        return OperatorView.ok(json);
    }

    @GetMapping("/api/v1/operator/pending")
    ResponseEntity<byte[]> pending(
            @RequestParam Optional<String> lane,
            @RequestParam Optional<Long> idle,
            @RequestParam Optional<String> search,
            @RequestParam Optional<String> cursor,
            @RequestParam Optional<Integer> limit) {
        QueueFilter filter = new QueueFilter(
                QueueFilter.Only.PENDING,
                Duration.ZERO,
                OperatorRequest.seconds("idle", idle),
                OperatorRequest.search(search));
        Page<QueueState> page = operations.queues(
                OperatorRequest.lane(lane), filter, OperatorRequest.cursor(cursor), OperatorRequest.limit(limit));
        ObjectNode json = Json.object();
        ArrayNode items = json.putArray("pending");
        page.items().forEach(queue -> {
            ObjectNode entry = OperatorView.pending(queue.pending().orElseThrow());
            entry.put("conversation", OperatorView.conversationOf(queue));
            if (queue.lane() == Lane.CALLBACKS) {
                entry.put("endpoint", OperatorView.endpointOf(queue));
            }
            entry.put("message_id", queue.head().toString());
            entry.put("state", queue.standing().name().toLowerCase(Locale.ROOT));
            items.add(entry);
        });
        OperatorView.next(json, page);
        return OperatorView.ok(json);
    }

    /** One conversation: how it stands, in facts and in words, what waits, and its callbacks. */
    @GetMapping(PATH + "/{conversation}")
    ResponseEntity<byte[]> show(@PathVariable String conversation) {
        return OperatorView.ok(snapshot(OperatorRequest.conversation(conversation)));
    }

    /** The conversation at this moment. */
    ObjectNode snapshot(Conversation asked) {
        Live live = operations.live();
        Optional<QueueState> queue = operations.queue(asked);
        ObjectNode json = Json.object();
        json.put("at", live.at().toString());
        json.put("conversation", asked.name());
        json.put("org_id", asked.org());
        List<Pause> pauses = queue.map(QueueState::pauses).orElseGet(() -> covering(asked));
        Page<QueueState> endpoints = operations.callbackQueues(asked);
        json.put(
                "explanation",
                queue.map(state -> explain(state, live))
                        .orElseGet(() ->
                                Explanation.idle(pauses, !endpoints.items().isEmpty())));
        ArrayNode inForce = json.putArray("pauses");
        pauses.forEach(pause -> inForce.add(OperatorView.pause(pause)));
        json.set("queue", queue.map(OperatorView::queue).orElse(null));
        boolean running = queue.filter(state -> state.standing() == QueueState.Standing.RUNNING)
                .isPresent();
        messages(json.putArray("messages"), lanes.queue(asked), running);
        ArrayNode callbacks = json.putArray("callbacks");
        endpoints
                .items()
                .forEach(waiting ->
                        callbacks.add(OperatorView.queue(waiting).put("explanation", explain(waiting, live))));
        json.put("more_callbacks", endpoints.next().isPresent());
        return json;
    }

    private String explain(QueueState queue, Live live) {
        boolean messages = queue.lane() == Lane.MESSAGES;
        Optional<Timeline.Attempt> last = queue.attempts() == 0
                ? Optional.empty()
                : operations
                        .timeline(queue.head())
                        .map(timeline -> messages ? timeline.calls() : timeline.deliveries())
                        .filter(attempts -> !attempts.isEmpty())
                        .map(List::getLast);
        return new Explanation(
                        messages ? live.totals().dispatchers() : live.totals().deliverers(), operations.lease(), last)
                .of(queue);
    }

    private List<Pause> covering(Conversation conversation) {
        return operations.pauses().stream()
                .filter(pause -> covers(pause.scope(), conversation))
                .toList();
    }

    private static boolean covers(Scope scope, Conversation conversation) {
        return switch (scope) {
            case Scope.One one -> one.conversation().equals(conversation);
            case Scope.Org org -> org.org().equals(conversation.org());
            case Scope.All all -> true;
        };
    }

    private static void messages(ArrayNode json, QueueView queue, boolean running) {
        for (int i = 0; i < queue.entries().size(); i++) {
            QueueView.Entry entry = queue.entries().get(i);
            json.addObject()
                    .put("message_id", entry.id().toString())
                    .put("position", i + 1)
                    .put("running", i == 0 && running)
                    .put("accepted_at", entry.acceptedAt().toString())
                    .put("age_seconds", OperatorView.seconds(Duration.between(entry.acceptedAt(), queue.at())));
        }
    }
}
