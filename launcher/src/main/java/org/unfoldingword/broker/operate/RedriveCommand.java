package org.unfoldingword.broker.operate;

import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "redrive",
        description = {
            "Brings dead letters back under the same message_id, with a fresh budget of attempts.",
            "Exit status 1 if any of them was not brought back."
        })
final class RedriveCommand extends OperatorCommand {

    @Mixin
    private final BulkOptions bulk = new BulkOptions();

    @Option(
            names = "--position",
            paramLabel = "WHERE",
            description =
                    "head (default): before what waits; tail: after it; unless_newer: at the head, but only if nothing"
                            + " newer of the conversation has run since.")
    private String position = "head";

    @Override
    Exit run(OperatorApi api, Screen screen) {
        return bulk.run(
                this, api, screen, "/dead-letters/redrive", Json.object().put("position", position));
    }
}
