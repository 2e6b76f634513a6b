package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pause",
        description = {
            "Pauses a conversation, an org (--org alone) or all (--all). What runs goes on to its end; what arrives is"
                    + " accepted and waits. Paused already is no failure."
        })
final class PauseCommand extends OperatorCommand {

    @Mixin
    private final PauseScope scope = new PauseScope();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Shown to whoever asks why it stands.")
    private String reason = "";

    @Override
    Exit run(OperatorApi api, Screen screen) {
        ObjectNode body = scope.body(this);
        if (!reason.isEmpty()) {
            body.put("reason", reason);
        }
        JsonNode answer = api.post("/pause", body);
        if (json) {
            screen.json(answer);
        } else {
            String what = PauseScope.words(answer);
            screen.line(answer.path("changed").asBoolean() ? what + " is paused" : what + " was paused already");
        }
        return Exit.OK;
    }
}
