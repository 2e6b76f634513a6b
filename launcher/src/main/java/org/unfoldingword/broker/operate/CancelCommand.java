package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        description =
                "Cancels a message: a waiting one never runs, a running one is aborted. Exit status 1 if it has ended.")
final class CancelCommand extends OperatorCommand {

    @Parameters(paramLabel = "MESSAGE_ID")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String messageId;

    @Option(names = "--dry-run", description = "Only tell what would happen.")
    private boolean dryRun;

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode answer = api.post(
                "/messages/" + OperatorApi.encode(messageId) + "/cancel",
                Json.object().put("dry_run", dryRun));
        if (json) {
            screen.json(answer);
        } else {
            screen.line(messageId + ": " + words(answer.path("status").asText()));
        }
        return Exit.OK;
    }

    private String words(String status) {
        if (status.equals("cancelled")) {
            return status;
        }
        return status + (dryRun ? ", would be cancelled" : ", will be cancelled unless its answer comes first");
    }
}
