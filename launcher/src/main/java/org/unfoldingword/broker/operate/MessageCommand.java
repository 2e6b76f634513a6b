package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One message's life. */
@Command(
        name = "message",
        description = "One message's life: each attempt with its outcome. Exit status 1 if it failed.")
final class MessageCommand extends OperatorCommand {

    @Parameters(paramLabel = "MESSAGE_ID")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String messageId;

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode message = api.get("/messages/" + OperatorApi.encode(messageId), Map.of());
        Exit exit = message.path("status").asText().equals("failed")
                        || message.path("callback").path("status").asText().equals("dead")
                ? Exit.FOUND
                : Exit.OK;
        if (json) {
            screen.json(message);
            return exit;
        }
        String status = message.path("status").asText();
        screen.line(screen.paint(Screen.Tone.STRONG, message.path("message_id").asText()) + "  "
                + screen.paint(Screen.toneOf(status), status));
        screen.line("conversation  " + message.path("conversation").asText());
        screen.line("accepted      " + Words.time(message.path("accepted_at"), zone()) + ", waited "
                + Words.duration(message.path("waited_seconds")));
        if (message.has("finished_at")) {
            screen.line("finished      " + Words.time(message.path("finished_at"), zone()));
        }
        if (message.has("next_attempt_at")) {
            screen.line("next attempt  " + Words.time(message.path("next_attempt_at"), zone()));
        }
        if (message.has("error")) {
            screen.line("error         " + message.path("error").path("code").asText() + ": "
                    + message.path("error").path("message").asText());
        }
        attempts(screen, "call", message.path("calls"));
        if (message.has("callback")) {
            JsonNode callback = message.path("callback");
            screen.line("");
            screen.line("callback to " + callback.path("endpoint").asText() + "  "
                    + screen.paint(
                            Screen.toneOf(callback.path("status").asText()),
                            callback.path("status").asText())
                    + "  " + callback.path("last_error").asText(""));
            attempts(screen, "delivery", message.path("deliveries"));
        }
        return exit;
    }

    private void attempts(Screen screen, String what, JsonNode attempts) {
        if (attempts.isEmpty()) {
            return;
        }
        Table table = new Table(what, ">took", "outcome", "?~holder", "~why");
        attempts.forEach(attempt -> table.row(
                Words.time(attempt.path("started_at"), zone()),
                Words.duration(attempt.path("took_seconds")),
                attempt.path("outcome").asText(),
                attempt.path("holder").asText(),
                attempt.path("detail").asText()));
        screen.line("");
        table.print(screen);
    }
}
