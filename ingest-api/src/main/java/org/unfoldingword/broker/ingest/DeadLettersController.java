package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
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
        DeadLetter.Filter filter =
                new DeadLetter.Filter(newestFirst, search.orElse(""), code.orElse(""), orgId.orElse(""));
        Page<DeadLetter> page = operations.deadLetters(
                OperatorRequest.lane(lane), filter, OperatorRequest.cursor(cursor), OperatorRequest.limit(limit));
        ObjectNode json = OperatorView.object();
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
        Chosen chosen = choose(lane, body, newestFirst);
        Outcomes outcomes = new Outcomes();
        for (MessageId id : chosen.ids) {
            Redrive outcome = operations.redrive(lane, id, position, body.dryRun());
            ObjectNode item = outcomes.add(id, outcome.word());
            if (outcome instanceof Redrive.Placed placed) {
                item.put("queue_position", placed.place());
            }
        }
        return answer(request, body, "redrive", lane, position.word(), chosen, outcomes, "redriven");
    }

    /** Gives dead letters up. */
    @PostMapping(PATH + "/drop")
    ResponseEntity<byte[]> drop(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        Lane lane = OperatorRequest.lane(body.text("lane"));
        Chosen chosen = choose(lane, body, /* newestFirst= */ false);
        Outcomes outcomes = new Outcomes();
        for (MessageId id : chosen.ids) {
            outcomes.add(id, operations.drop(lane, id, body.dryRun()) ? "dropped" : "not_dead");
        }
        return answer(request, body, "drop", lane, "", chosen, outcomes, "dropped");
    }

    private ResponseEntity<byte[]> answer(
            HttpServletRequest request,
            OperatorRequest.Body body,
            String what,
            Lane lane,
            String how,
            Chosen chosen,
            Outcomes outcomes,
            String done) {
        int count = outcomes.counts.getOrDefault(done, 0);
        if (!body.dryRun() && count > 0) {
            operations.log(OperatorRequest.who(request), what, chosen.words, count, (lane.word() + " " + how).strip());
        }
        ObjectNode json = OperatorView.object();
        json.put("dry_run", body.dryRun());
        json.put("count", count);
        ObjectNode counts = json.putObject("outcomes");
        outcomes.counts.forEach(counts::put);
        json.set("items", outcomes.items);
        json.put("next_cursor", chosen.next.orElse(null));
        return OperatorView.ok(json);
    }

    private Chosen choose(Lane lane, OperatorRequest.Body body, boolean newestFirst) {
        Optional<List<MessageId>> named = body.messageIds();
        if (named.isPresent()) {
            Comparator<MessageId> byAge = Comparator.naturalOrder();
            List<MessageId> ids = named.get().stream()
                    .distinct()
                    .sorted(newestFirst ? byAge.reversed() : byAge)
                    .toList();
            String words = ids.size() == 1 ? ids.getFirst().toString() : ids.size() + " messages";
            return new Chosen(ids, words, Optional.empty());
        }
        if (!body.flag("all")) {
            throw Problem.field("message_ids", "missing", "ids, or \"all\": true with a filter");
        }
        DeadLetter.Filter filter = new DeadLetter.Filter(
                newestFirst,
                body.text("search").orElse(""),
                body.text("code").orElse(""),
                body.text("org_id").orElse(""));
        Page<DeadLetter> page = operations.deadLetters(
                lane, filter, OperatorRequest.cursor(body.text("cursor")), OperatorRequest.LIMIT_MAX);
        String words = ("all " + filter.part() + " " + filter.code() + " " + filter.org())
                .replaceAll("\\s+", " ")
                .strip();
        return new Chosen(
                page.items().stream().map(DeadLetter::id).toList(),
                words,
                page.next().map(place -> place.cursor()));
    }

    private enum Order {
        NEWEST,
        OLDEST
    }

    /**
     * The dead letters that a request is about.
     *
     * @param words for the record of the action
     */
    private record Chosen(List<MessageId> ids, String words, Optional<String> next) {}

    private static final class Outcomes {
        private final Map<String, Integer> counts = new TreeMap<>();
        private final ArrayNode items = OperatorView.object().arrayNode();

        ObjectNode add(MessageId id, String outcome) {
            counts.merge(outcome, 1, Integer::sum);
            return items.addObject().put("message_id", id.toString()).put("outcome", outcome);
        }
    }
}
