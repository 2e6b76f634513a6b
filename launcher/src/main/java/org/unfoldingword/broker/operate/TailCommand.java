package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What happens in a conversation, as it happens. */
@Command(
        name = "tail",
        description = {
            "Prints what happens in a conversation as it happens: what arrives, runs, is tried again and ends.",
            "Looks every so often: what comes and ends between two looks is not told, nor is an attempt that short.",
            "Until Ctrl-C, or with --until-idle until nothing of it waits or runs."
        })
final class TailCommand extends OperatorCommand {

    @Mixin
    private final ConversationOptions which = new ConversationOptions();

    @Option(names = "--every", paramLabel = "MS", description = "Looks so often. Default: ${DEFAULT-VALUE} ms.")
    private int everyMillis = 500;

    @Option(names = "--until-idle", description = "End when nothing waits or runs.")
    private boolean untilIdle;

    private final Map<String, String> known = new LinkedHashMap<>();

    @Override
    Exit run(OperatorApi api, Screen screen) throws InterruptedException {
        String conversation = which.conversation()
                .orElseThrow(() -> usage("no conversation (expected: its name, or --org and --user)"));
        while (true) {
            JsonNode shown = api.get("/conversations/" + OperatorApi.encode(conversation), Map.of());
            look(api, screen, shown);
            if (untilIdle && known.isEmpty()) {
                return Exit.OK;
            }
            pause();
        }
    }

    /** What ended is told first: it ended before the next one began. */
    private void look(OperatorApi api, Screen screen, JsonNode shown) {
        Set<String> present = new HashSet<>();
        shown.path("messages")
                .forEach(message -> present.add(message.path("message_id").asText()));
        known.keySet().removeIf(id -> {
            boolean gone = !present.contains(id);
            if (gone) {
                say(screen, shown, id, end(api, id));
            }
            return gone;
        });
        String headState = shown.path("queue").path("state").asText("");
        int attempts = shown.path("queue").path("attempts").asInt();
        String holder = shown.path("queue").path("pending").path("consumer").asText("");
        for (JsonNode message : shown.path("messages")) {
            String id = message.path("message_id").asText();
            boolean head = message.path("position").asInt() == 1;
            String state = head && headState.equals("running")
                    ? "running, attempt " + attempts + ", by " + holder
                    : head && !headState.equals("ready")
                            ? headState + ", after " + Words.count(attempts, "attempt")
                            : "waiting";
            if (!state.equals(known.put(id, state))) {
                say(screen, shown, id, state);
            }
        }
    }

    private static String end(OperatorApi api, String id) {
        try {
            JsonNode message = api.get("/messages/" + id, Map.of());
            String status = message.path("status").asText();
            return message.has("error")
                    ? status + ": " + message.path("error").path("message").asText()
                    : status;
        } catch (CommandFailure unknown) {
            return "gone: " + unknown.line();
        }
    }

    private void say(Screen screen, JsonNode shown, String id, String state) {
        String at = Words.time(shown.path("at"), zone());
        if (json) {
            screen.json(Json.object()
                    .put("at", shown.path("at").asText())
                    .put("message_id", id)
                    .put("state", state));
        } else {
            String word = state.split("[,:]", 2)[0];
            screen.line((at.isEmpty() ? "" : at + "  ") + id + "  " + screen.paint(Screen.toneOf(word), state));
        }
    }

    private void pause() throws InterruptedException {
        boolean never = new CountDownLatch(1).await(Math.max(50, everyMillis), TimeUnit.MILLISECONDS);
        assert !never;
    }
}
