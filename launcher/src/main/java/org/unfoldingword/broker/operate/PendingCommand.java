package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What XPENDING would say of every conversation's stream, in one list. */
@Command(
        name = "pending",
        description = "Entries that were taken and have not ended, as XPENDING gives them, over all conversations.")
final class PendingCommand extends OperatorCommand {

    @Mixin
    private final ListOptions list = new ListOptions();

    @Option(names = "--idle", paramLabel = "SECONDS", description = "Only those idle for at least so long.")
    private long idleSeconds;

    @Override
    Exit run(OperatorApi api, Screen screen) {
        ArrayNode pending =
                list.read(api, "/pending", "pending", Map.of("idle", Long.toString(Math.max(0, idleSeconds))));
        if (json) {
            screen.json(Json.object().set("pending", pending));
            return Exit.OK;
        }
        Table table = new Table("?entry", "~consumer", ">idle", ">deliveries", "?state", "~conversation", "message");
        pending.forEach(entry -> table.row(
                entry.path("entry").asText(),
                entry.path("consumer").asText(),
                Words.duration(entry.path("idle_seconds")),
                entry.path("deliveries").asText(),
                entry.path("state").asText(),
                entry.path("conversation").asText(),
                entry.path("message_id").asText()));
        table.print(screen, "nothing is pending");
        return Exit.OK;
    }
}
