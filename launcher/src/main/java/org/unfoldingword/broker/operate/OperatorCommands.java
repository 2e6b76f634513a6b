package org.unfoldingword.broker.operate;

import java.util.List;
import picocli.CommandLine;

/** The operator's commands: the one door of this package. */
public final class OperatorCommands {

    private OperatorCommands() {}

    /** Adds them all. */
    public static void addTo(CommandLine line, Surroundings surroundings) {
        List<OperatorCommand> commands = List.of(
                new StatusCommand(),
                new PendingCommand(),
                new QueueCommand(),
                new MessageCommand(),
                new DeadLettersCommand(),
                new RedriveCommand(),
                new DropCommand(),
                new CancelCommand(),
                new PauseCommand(),
                new ResumeCommand(),
                new ExplainCommand(),
                new AuditCommand(),
                new TailCommand());
        for (OperatorCommand command : commands) {
            command.in(surroundings);
            line.addSubcommand(command);
        }
        line.addSubcommand(new CompletionCommand());
    }
}
