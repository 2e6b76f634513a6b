package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Ends a message before its time. */
@Command(
        name = "cancel",
        description =
                "Cancels a message: a waiting one never runs, a running one is aborted. Exit status 1 if it has ended.")
final class CancelCommand extends OperatorCommand {

    @Parameters(paramLabel = "MESSAGE_ID")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String messageId;

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode answer = api.cancel(messageId);
        if (json) {
            screen.json(answer);
        } else {
            screen.line(messageId + ": " + answer.path("status").asText("cancelled"));
        }
        return Exit.OK;
    }
}
