package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One conversation's queue, or the list of conversations. */
@Command(
        name = "queue",
        description = {
            "One conversation's queue; without a conversation, the list of those with messages, the one whose head has"
                    + " stood for longest first."
        })
final class QueueCommand extends OperatorCommand {

    @Mixin
    private final ConversationOptions which = new ConversationOptions();

    @Mixin
    private final ListOptions list = new ListOptions();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Of the list: running, waiting, delayed, paused, stuck or pending.")
    private String state = "";

    @Option(
            names = "--head-for",
            paramLabel = "SECONDS",
            description = "Of the list: only those whose head has stood for at least so long; stuck means 120.")
    private String headFor = "";

    @Override
    Exit run(OperatorApi api, Screen screen) {
        Optional<String> conversation = which.conversation();
        if (conversation.isPresent()) {
            return one(screen, api.get("/conversations/" + OperatorApi.encode(conversation.get()), Map.of()));
        }
        ArrayNode conversations =
                list.read(api, "/conversations", "conversations", Map.of("state", state, "head_for", headFor));
        if (json) {
            screen.json(Json.object().set("conversations", conversations));
            return Exit.OK;
        }
        Table table = new Table("~conversation", "state", ">length", ">head for", "?>attempts", "?~holder", "head");
        conversations.forEach(queue -> table.row(
                name(queue),
                queue.path("state").asText(),
                queue.path("length").asText(),
                Words.duration(queue.path("head_for_seconds")),
                queue.path("attempts").asText(),
                queue.path("pending").path("consumer").asText(""),
                queue.path("head_message_id").asText()));
        table.print(screen, "no such conversation has messages");
        return Exit.OK;
    }

    private static String name(JsonNode queue) {
        String endpoint = queue.path("endpoint").asText("");
        return queue.path("conversation").asText() + (endpoint.isEmpty() ? "" : " → " + endpoint);
    }

    private Exit one(Screen screen, JsonNode shown) {
        if (json) {
            screen.json(shown);
            return Exit.OK;
        }
        screen.line(screen.paint(Screen.Tone.STRONG, shown.path("conversation").asText()));
        screen.prose(Words.withTimes(shown.path("explanation").asText(), zone()));
        Table table = new Table(">position", "message", "state", ">age");
        shown.path("messages")
                .forEach(message -> table.row(
                        message.path("position").asText(),
                        message.path("message_id").asText(),
                        message.path("running").asBoolean() ? "running" : "waiting",
                        Words.duration(message.path("age_seconds"))));
        if (!table.isEmpty()) {
            screen.line("");
            table.print(screen);
        }
        shown.path("callbacks").forEach(callback -> {
            screen.line("");
            screen.prose(Words.withTimes(callback.path("explanation").asText(), zone()));
        });
        return Exit.OK;
    }
}
