package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Why does it stand? */
@Command(
        name = "explain",
        description = {
            "Says in words how a conversation stands: who holds it, since when, what is in the way, what happens next.",
            "A message id in its place explains that message's conversation."
        })
final class ExplainCommand extends OperatorCommand {

    @Mixin
    private final ConversationOptions which = new ConversationOptions();

    @Override
    Exit run(OperatorApi api, Screen screen) {
        Optional<String> messageId =
                which.word().filter(word -> MessageId.parse(word).isPresent());
        String conversation = messageId
                .map(id -> api.get("/messages/" + id, Map.of())
                        .path("conversation")
                        .asText())
                .or(which::conversation)
                .orElseThrow(() -> usage("no conversation (expected: its name, or --org and --user)"));
        JsonNode shown = api.get("/conversations/" + OperatorApi.encode(conversation), Map.of());
        if (json) {
            screen.json(shown);
            return Exit.OK;
        }
        screen.prose(
                conversation + ": " + Words.withTimes(shown.path("explanation").asText(), zone()));
        shown.path("callbacks")
                .forEach(callback -> screen.prose(
                        Words.withTimes(callback.path("explanation").asText(), zone())));
        return Exit.OK;
    }
}
