package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;

/** Is it well? */
@Command(name = "status", description = "How the whole fares. Exit status 1 if it is not healthy.")
final class StatusCommand extends OperatorCommand {

    private static final Map<String, String> NEXT = Map.of(
            "a conversation has stood still", "queue --state stuck",
            "callbacks to an endpoint have stood still", "queue --lane callbacks --state stuck",
            "the circuit to a callback endpoint", "pending --lane callbacks",
            "everything is paused", "resume --all");

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode health = api.health();
        String status = health.path("status").asText("unhealthy");
        Exit exit = status.equals("healthy") ? Exit.OK : Exit.FOUND;
        Optional<JsonNode> overview =
                status.equals("unhealthy") ? Optional.empty() : Optional.of(api.get("/overview", Map.of()));
        if (json) {
            ObjectNode all = Json.object().put("status", status);
            all.set("health", health);
            overview.ifPresent(told -> all.set("overview", told));
            screen.json(all);
            return exit;
        }
        verdict(screen, health, status);
        overview.ifPresent(told -> whole(screen, told));
        return exit;
    }

    private void whole(Screen screen, JsonNode overview) {
        screen.line("");
        lanes(screen, overview);
        screen.line("");
        holders(screen, overview);
        overview.path("pauses")
                .forEach(pause -> screen.line(screen.paint(Screen.Tone.WARN, "paused: ") + PauseScope.words(pause)
                        + " since " + Words.time(pause.path("since"), zone()) + " by "
                        + pause.path("by").asText()
                        + Optional.of(pause.path("reason").asText())
                                .filter(why -> !why.isEmpty())
                                .map(why -> ": " + why)
                                .orElse("")));
        JsonNode redis = overview.path("redis");
        screen.line("redis: " + Words.bytes(redis.path("used_memory_bytes").asLong()) + " used, answered in "
                + Math.round(redis.path("answered_in_seconds").asDouble() * 1000) + " ms");
    }

    private static void verdict(Screen screen, JsonNode health, String status) {
        screen.line(screen.paint(Screen.toneOf(status), status));
        health.path("reasons").forEach(reason -> screen.prose("  " + reason.asText() + next(reason.asText())));
        if (health.path("dead_letters").asLong() > 0) {
            screen.prose("  " + Words.count(health.path("dead_letters").asLong(), "dead letter")
                    + " (./broker dead-letters, and with --lane callbacks)");
        }
    }

    /** The command that tells more of it. */
    private static String next(String reason) {
        return NEXT.entrySet().stream()
                .filter(known -> reason.startsWith(known.getKey()))
                .findFirst()
                .map(known -> " (./broker " + known.getValue() + ")")
                .orElse("");
    }

    private static void lanes(Screen screen, JsonNode overview) {
        JsonNode messages = overview.path("messages");
        JsonNode callbacks = overview.path("callbacks");
        Table table = new Table("lane", ">waiting", ">running", ">delayed", ">done", ">dead letters", ">longest head");
        table.row(
                "messages",
                messages.path("waiting").asText(),
                messages.path("running").asText(),
                messages.path("delayed").asText(),
                Long.toString(messages.path("completed").asLong()
                        + messages.path("failed").asLong()
                        + messages.path("cancelled").asLong()
                        + messages.path("expired").asLong()),
                messages.path("dead_letters").asText(),
                Words.duration(messages.path("longest_head_seconds")));
        table.row(
                "callbacks",
                Long.toString(Math.max(
                        0,
                        callbacks.path("pending").asLong()
                                - callbacks.path("running").asLong()
                                - callbacks.path("delayed").asLong())),
                callbacks.path("running").asText(),
                callbacks.path("delayed").asText(),
                callbacks.path("delivered").asText(),
                callbacks.path("dead_letters").asText(),
                Words.duration(callbacks.path("longest_head_seconds")));
        table.print(screen);
    }

    private static void holders(Screen screen, JsonNode overview) {
        Table table = new Table("process", "state");
        for (String role : new String[] {"dispatchers", "deliverers"}) {
            overview.path(role)
                    .forEach(holder -> table.row(
                            holder.path("name").asText(), holder.path("state").asText()));
        }
        table.print(screen, screen.paint(Screen.Tone.BAD, "no dispatcher and no deliverer is alive"));
    }
}
