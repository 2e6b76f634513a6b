package org.unfoldingword.broker.benchmark;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code ./broker bench} and {@code ./broker load} run. */
@Command(
        name = "broker",
        subcommands = {BenchCommand.class, LoadCommand.class})
final class Benchmark {

    private Benchmark() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmark())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(parsed.subcommand().commandSpec().name() + ": " + failure);
                    return 1;
                })
                .execute(arguments));
    }
}
