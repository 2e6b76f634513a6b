package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.HashMap;
import java.util.Map;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Option;

/** Which part of a list to show. */
final class ListOptions {

    private static final int PAGE_MAX = 500;

    @Option(names = "--lane", paramLabel = "LANE", description = "messages (default) or callbacks.")
    private String lane = "messages";

    @Option(names = "--search", paramLabel = "TEXT", description = "Only conversations whose name contains it.")
    private String search = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: ${DEFAULT-VALUE}.")
    private int limit = 50;

    /** Pages through the list until there are as many as asked for, or no more. */
    ArrayNode read(OperatorApi api, String path, String items, Map<String, String> filter) {
        ArrayNode all = Json.object().arrayNode();
        Map<String, String> query = new HashMap<>(filter);
        query.put("lane", lane);
        query.put("search", search);
        do {
            query.put("limit", Integer.toString(Math.clamp(limit - all.size(), 1, PAGE_MAX)));
            JsonNode page = api.get(path, query);
            page.path(items).forEach(all::add);
            query.put("cursor", page.path("next_cursor").asText(""));
        } while (all.size() < limit && !query.getOrDefault("cursor", "").isEmpty());
        return all;
    }
}
