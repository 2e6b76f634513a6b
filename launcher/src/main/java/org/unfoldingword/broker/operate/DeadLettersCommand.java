package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "dead-letters",
        description = "Messages that failed, or (--lane callbacks) results that could not be delivered, newest first.")
final class DeadLettersCommand extends OperatorCommand {

    @Mixin
    private final ListOptions list = new ListOptions();

    @Option(names = "--org", paramLabel = "ORG", description = "Only of this org.")
    private String org = "";

    @Option(names = "--code", paramLabel = "CODE", description = "Only with this error code.")
    private String code = "";

    @Override
    Exit run(OperatorApi api, Screen screen) {
        ArrayNode letters = list.read(api, "/dead-letters", "dead_letters", Map.of("org_id", org, "code", code));
        if (json) {
            screen.json(Json.object().set("dead_letters", letters));
            return Exit.OK;
        }
        Table table = new Table("?died", "message", "~conversation", "?>attempts", "?code", "~reason");
        letters.forEach(letter -> table.row(
                Words.time(letter.path("died_at"), zone()),
                letter.path("message_id").asText(),
                letter.path("conversation").asText(),
                letter.path("attempts").asText(),
                letter.path("code").asText(),
                letter.path("reason").asText()));
        table.print(screen, "no such dead letters");
        return Exit.OK;
    }
}
