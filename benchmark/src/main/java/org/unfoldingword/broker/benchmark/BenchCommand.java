package org.unfoldingword.broker.benchmark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The benchmark: what it needs on loopback, the scenarios in turn, several rounds, a table and JSON of what was measured. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the broker beside what users would take instead, on one redis-server (append-only file, fsync each"
                    + " second), a stub worker and a callback receiver, all on this machine.",
            "Exit status: 0 all goals met, 1 a goal missed or a failure, 2 wrong usage."
        })
final class BenchCommand implements Callable<Integer> {

    private static final List<Scenario> SCENARIOS = List.of(
            new Limits(),
            new Cost(),
            new Accept(),
            new LaneAlone(),
            new ManyConversations(),
            new QueueMemory(),
            new WholeJob(),
            new Ideal(),
            new Pace(),
            new Newcomer(),
            new Idle(),
            new InFlight(),
            new Held(),
            new Streams(),
            new Frames(),
            new Cancelled(),
            new Voice(),
            new StartUp());

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--quick", description = "Smaller numbers, one round: a first impression in a few minutes.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "Default: 3; 1 with --quick.")
    private int rounds;

    @Option(names = "--only", paramLabel = "NAME", split = ",", description = "These scenarios alone; see --list.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "Names the scenarios.")
    private boolean list;

    @Option(names = "--json", paramLabel = "FILE", description = "Where the results go (target/bench.json).")
    private File json = Project.root().resolve("target/bench.json").toFile();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            SCENARIOS.forEach(
                    scenario -> spec.commandLine().getOut().printf("%-10s %s%n", scenario.name(), scenario.about()));
            return CommandLine.ExitCode.OK;
        }
        List<Scenario> chosen = chosen();
        int all = rounds > 0 ? rounds : quick ? 1 : 3;
        Progress progress = Progress.onStderr();
        Report report = new Report(progress, quick);
        Path scratch =
                Files.createTempDirectory(Files.createDirectories(Project.root().resolve("target")), "bench-");
        try (Store store = Store.start(scratch)) {
            Bench bench = new Bench(scratch, store, report, quick);
            for (int round = 1; round <= all; round++) {
                for (Scenario scenario : chosen) {
                    progress.say("round " + round + " of " + all + ": " + scenario.name() + ", " + scenario.about());
                    scenario.run(bench);
                    store.flush();
                }
            }
        } catch (IOException | RuntimeException failed) {
            System.err.println("bench: what the broker logged is in " + scratch);
            System.err.print(report.table());
            throw failed;
        }
        Project.delete(scratch);
        report.write(json.toPath());
        System.out.print(report.table());
        return report.met() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Scenario> chosen() {
        List<String> known = SCENARIOS.stream().map(Scenario::name).toList();
        only.stream().filter(name -> !known.contains(name)).forEach(name -> {
            throw new ParameterException(
                    spec.commandLine(), "--only: " + name + " (expected: of " + String.join(", ", known) + ")");
        });
        return only.isEmpty()
                ? SCENARIOS
                : SCENARIOS.stream()
                        .filter(scenario -> only.contains(scenario.name()))
                        .toList();
    }
}
