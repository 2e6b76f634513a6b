package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "resume",
        description = "Ends the pause of a conversation, of an org (--org alone) or of all (--all). Other pauses stay.")
final class ResumeCommand extends OperatorCommand {

    @Mixin
    private final PauseScope scope = new PauseScope();

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode answer = api.post("/resume", scope.body(this));
        if (json) {
            screen.json(answer);
        } else {
            String what = PauseScope.words(answer);
            screen.line(answer.path("changed").asBoolean() ? what + " goes on" : what + " was not paused");
        }
        return Exit.OK;
    }
}
