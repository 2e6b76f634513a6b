package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which dead letters something is done to, and whether it is only tried. */
final class BulkOptions {

    private static final int BATCH = 500;

    @Parameters(paramLabel = "MESSAGE_ID", arity = "0..*")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--all", description = "All that the filter finds. Only tells what would happen, unless --yes.")
    private boolean all;

    @Option(names = "--yes", description = "With --all: do it.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only tell what would happen.")
    private boolean dryRun;

    @Option(names = "--lane", paramLabel = "LANE", description = "messages (default) or callbacks.")
    private String lane = "messages";

    @Option(names = "--org", paramLabel = "ORG", description = "With --all: only of this org.")
    private String org = "";

    @Option(names = "--code", paramLabel = "CODE", description = "With --all: only with this error code.")
    private String code = "";

    @Option(names = "--search", paramLabel = "TEXT", description = "With --all: only conversations that contain it.")
    private String search = "";

    /** Does it in batches, telling how far it is; the answers in one. */
    Exit run(OperatorCommand command, OperatorApi api, Screen screen, String path, ObjectNode how) {
        if (all == !ids.isEmpty()) {
            throw command.usage(
                    all ? "message ids and --all (expected: one of the two)" : "no message id, and not --all");
        }
        boolean dry = dryRun || all && !yes;
        how.put("lane", lane).put("dry_run", dry);
        Map<String, Integer> outcomes = new TreeMap<>();
        ArrayNode items = how.arrayNode();
        int count = 0;
        int at = 0;
        String cursor = "";
        do {
            ObjectNode body = how.deepCopy();
            if (all) {
                body.put("all", true).put("cursor", cursor);
                filter(body);
            } else {
                ArrayNode batch = body.putArray("message_ids");
                ids.subList(at, Math.min(ids.size(), at + BATCH)).forEach(batch::add);
                at += batch.size();
            }
            JsonNode answer = api.patient().post(path, body);
            count += answer.path("count").asInt();
            answer.path("outcomes")
                    .properties()
                    .forEach(outcome ->
                            outcomes.merge(outcome.getKey(), outcome.getValue().asInt(), Integer::sum));
            answer.path("items").forEach(items::add);
            cursor = answer.path("next_cursor").asText("");
            command.progress(items.size() + " looked at, " + count + " done …");
        } while (all ? !cursor.isEmpty() : at < ids.size());
        command.progress("");
        tell(command, screen, dry, outcomes, items);
        return count == items.size() ? Exit.OK : Exit.FOUND;
    }

    private void filter(ObjectNode body) {
        Map.of("org_id", org, "code", code, "search", search).forEach((field, value) -> {
            if (!value.isEmpty()) {
                body.put(field, value);
            }
        });
    }

    private void tell(
            OperatorCommand command, Screen screen, boolean dry, Map<String, Integer> outcomes, ArrayNode items) {
        if (command.json) {
            ObjectNode json = Json.object().put("dry_run", dry);
            ObjectNode counts = json.putObject("outcomes");
            outcomes.forEach(counts::put);
            screen.json(json.set("items", items));
            return;
        }
        if (!all) {
            Table table = new Table("message", "outcome", ">position");
            items.forEach(item -> table.row(
                    item.path("message_id").asText(),
                    item.path("outcome").asText(),
                    item.path("queue_position").asText("")));
            table.print(screen);
        }
        String counts = outcomes.isEmpty()
                ? "nothing to do"
                : String.join(
                        ", ",
                        outcomes.entrySet().stream()
                                .map(outcome -> outcome.getValue() + " " + outcome.getKey())
                                .toList());
        screen.line((dry ? "would be: " : "")
                + counts
                + (all && dry && !dryRun ? " (nothing done; do it with --yes)" : ""));
    }
}
