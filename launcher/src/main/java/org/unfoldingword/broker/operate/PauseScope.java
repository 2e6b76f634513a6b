package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a pause is about: a conversation, an org or all. */
final class PauseScope {

    @Mixin
    private final ConversationOptions which = new ConversationOptions();

    @Option(names = "--all", description = "Everything.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only tell what would happen.")
    private boolean dryRun;

    ObjectNode body(OperatorCommand command) {
        ObjectNode body = Json.object().put("dry_run", dryRun);
        Optional<String> conversation = which.conversation();
        if (all && conversation.isEmpty() && which.orgAlone().isEmpty()) {
            return body.put("all", true);
        }
        if (!all && conversation.isPresent()) {
            return body.put("conversation", conversation.get());
        }
        if (!all && which.orgAlone().isPresent()) {
            return body.put("org_id", which.orgAlone().get());
        }
        throw command.usage("none or several (expected: exactly one of CONVERSATION, --org ORG and --all)");
    }

    static String words(JsonNode answer) {
        return switch (answer.path("scope").asText()) {
            case "conversation" -> answer.path("conversation").asText();
            case "org" -> "org " + answer.path("org_id").asText();
            default -> "everything";
        };
    }
}
