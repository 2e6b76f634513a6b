package org.unfoldingword.broker.launcher;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.unfoldingword.broker.operate.CommandFailure;
import org.unfoldingword.broker.operate.OperatorCommands;
import org.unfoldingword.broker.operate.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The only main. The first argument is the command; exit status 0 is success, 1 a failure told in one line, 2 a wrong command
 * line; the operator's commands have two more, see their help.
 */
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {StartCommand.class, ListenCommand.class, DemoWorkerCommand.class},
        description = "Carries chat messages to the worker, one at a time and in order per conversation.")
public final class Launcher implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Launcher() {}

    /** @param arguments the command and its options */
    public static void main(String[] arguments) {
        Carriers.provide();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Launcher());
        for (Role role : Role.values()) {
            CommandLine alone = new CommandLine(new RoleCommand(role));
            alone.getCommandSpec()
                    .usageMessage()
                    .description(
                            role.job(), "Needs REDIS_URL; all settings come from the environment. Ends by a signal.");
            line.addSubcommand(role.word(), alone);
        }
        OperatorCommands.addTo(line, new Surroundings(System.getenv(), Launcher::madeKey, ZoneId.systemDefault()));
        return line.setParameterExceptionHandler(Launcher::wrongUsage)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command.getErr()));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "no command (expected: one of " + commands(spec.commandLine()) + ")");
    }

    private static int wrongUsage(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        boolean unknown = wrong instanceof UnmatchedArgumentException
                && command.getParent() == null
                && !arguments[0].startsWith("-");
        String line = unknown
                ? "unknown command: " + arguments[0] + " (expected: one of " + commands(command) + ")"
                : wrong.getMessage();
        command.getErr().println(line + "; see " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    /** What {@code start} has made in its data directory. */
    private static Optional<String> madeKey() {
        return DataDirectory.in(System.getenv()).knownSecret(Secret.API_KEY);
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof CommandFailure told) {
            err.println(told.line());
            return told.status();
        }
        err.println(FailureLine.of(failure));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String commands(CommandLine root) {
        Set<String> names = root.getSubcommands().keySet();
        return String.join(", ", names);
    }
}
