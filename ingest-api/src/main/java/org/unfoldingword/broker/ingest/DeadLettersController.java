package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.DeadLetter;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Page;
import org.unfoldingword.broker.lane.Redrive;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;

/** {@code /dead-letters}: what failed or could not be delivered, and what is done about it. */
@RestController
@Needs(Right.OPERATE)
final class DeadLettersController {

    private static final String PATH = "/api/v1/operator/dead-letters";

    private final Operations operations;

    DeadLettersController(Operations operations) {
        this.operations = operations;
    }

    @GetMapping(PATH)
    ResponseEntity<byte[]> list(
            @RequestParam Optional<String> lane,
            @RequestParam Optional<String> order,
            @RequestParam Optional<String> search,
            @RequestParam Optional<String> code,
            @RequestParam(name = "org_id") Optional<String> orgId,
            @RequestParam Optional<String> cursor,
            @RequestParam Optional<Integer> limit) {
        boolean newestFirst = OperatorRequest.word("order", order, Order.values(), Order.NEWEST) == Order.NEWEST;
        DeadLetter.Filter filter = new DeadLetter.Filter(
                newestFirst, OperatorRequest.search(search), code.orElse(""), orgId.orElse(""), Optional.empty());
        Page<DeadLetter> page = operations.deadLetters(
                OperatorRequest.lane(lane), filter, OperatorRequest.cursor(cursor), OperatorRequest.limit(limit));
        ObjectNode json = Json.object();
        ArrayNode items = json.putArray("dead_letters");
        page.items().forEach(letter -> items.add(OperatorView.deadLetter(letter)));
        OperatorView.next(json, page);
        return OperatorView.ok(json);
    }

    /** Brings dead letters back: those named, or those that a filter finds, so many at a time. */
    @PostMapping(PATH + "/redrive")
    ResponseEntity<byte[]> redrive(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        Lane lane = OperatorRequest.lane(body.text("lane"));
        Redrive.Position position = OperatorRequest.word(
                "position", body.text("position"), Redrive.Position.values(), Redrive.Position.HEAD);
        // What goes to the head comes out in reverse, so the newest goes first.
        boolean newestFirst = position != Redrive.Position.TAIL;
        ChosenLetters chosen = ChosenLetters.of(body, lane, newestFirst, operations);
        Outcomes outcomes = new Outcomes("redriven");
        try {
            for (MessageId id : chosen.ids()) {
                Redrive outcome = operations.redrive(lane, id, position, body.dryRun());
                ObjectNode item = outcomes.add(id, outcome.word());
                if (outcome instanceof Redrive.Placed placed) {
                    item.put("queue_position", placed.place());
                }
            }
        } finally {
            log(request, body, "redrive", chosen, outcomes, lane.word() + " " + position.word());
        }
        return answer(body, chosen, outcomes);
    }

    /** Gives dead letters up. */
    @PostMapping(PATH + "/drop")
    ResponseEntity<byte[]> drop(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        Lane lane = OperatorRequest.lane(body.text("lane"));
        ChosenLetters chosen = ChosenLetters.of(body, lane, /* newestFirst= */ false, operations);
        Outcomes outcomes = new Outcomes("dropped");
        try {
            for (MessageId id : chosen.ids()) {
                outcomes.add(id, operations.drop(lane, id, body.dryRun()) ? "dropped" : "not_dead");
            }
        } finally {
            log(request, body, "drop", chosen, outcomes, lane.word());
        }
        return answer(body, chosen, outcomes);
    }

    /** Also of an action that broke off: what it has done until then. */
    private void log(
            HttpServletRequest request,
            OperatorRequest.Body body,
            String what,
            ChosenLetters chosen,
            Outcomes outcomes,
            String how) {
        if (!body.dryRun() && outcomes.done() > 0) {
            boolean whole = outcomes.items.size() == chosen.ids().size();
            operations.log(
                    OperatorRequest.who(request),
                    what,
                    chosen.words(),
                    outcomes.done(),
                    whole
                            ? how
                            : how + ", broken off after " + outcomes.items.size() + " of "
                                    + chosen.ids().size());
        }
    }

    private static ResponseEntity<byte[]> answer(OperatorRequest.Body body, ChosenLetters chosen, Outcomes outcomes) {
        ObjectNode json = Json.object();
        json.put("dry_run", body.dryRun());
        json.put("count", outcomes.done());
        ObjectNode counts = json.putObject("outcomes");
        outcomes.counts.forEach(counts::put);
        json.set("items", outcomes.items);
        json.put("next_cursor", chosen.next().orElse(null));
        return OperatorView.ok(json);
    }

    private enum Order {
        NEWEST,
        OLDEST
    }

    private static final class Outcomes {
        private final String wanted;
        private final Map<String, Integer> counts = new TreeMap<>();
        private final ArrayNode items = Json.object().arrayNode();

        Outcomes(String wanted) {
            this.wanted = wanted;
        }

        int done() {
            return counts.getOrDefault(wanted, 0);
        }

        ObjectNode add(MessageId id, String outcome) {
            counts.merge(outcome, 1, Integer::sum);
            return items.addObject().put("message_id", id.toString()).put("outcome", outcome);
        }
    }
}
