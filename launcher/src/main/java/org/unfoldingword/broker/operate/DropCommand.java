package org.unfoldingword.broker.operate;

import org.unfoldingword.broker.message.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "drop", description = "Gives dead letters up: they can no longer be redriven.")
final class DropCommand extends OperatorCommand {

    @Mixin
    private final BulkOptions bulk = new BulkOptions();

    @Override
    Exit run(OperatorApi api, Screen screen) {
        return bulk.run(this, api, screen, "/dead-letters/drop", Json.object());
    }
}
