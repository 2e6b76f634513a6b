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

    private static final List<Named> SCENARIOS = List.of(
            new Named("limits", "redis-benchmark: XADD, and a script of one XADD", new Limits()),
            new Named("cost", "one message, stage by stage: processor, allocation, Redis", new Cost()),
            new Named(
                    "accept", "POST of 300 bytes on 64 connections, beside a bare Spring Boot endpoint", new Accept()),
            new Named("lane", "1,000 conversations x 20, no-op handler, beside GroupMQ and BullMQ", new LaneAlone()),
            new Named("many", "as many messages in 100,000 conversations as in 100", new ManyConversations()),
            new Named("memory", "the store's memory for each waiting message of 300 bytes", new QueueMemory()),
            new Named("job", "500 users x 20, HTTP to HTTP, beside GroupMQ and BullMQ by hand", new WholeJob()),
            new Named("ideal", "a worker of 100 ms, 64 at a time: calls made of those that could be", new Ideal()),
            new Named("pace", "50 messages a second: accepted to called, answered to called back", new Pace()),
            new Named(
                    "newcomer",
                    "1,000 conversations each hold a long call and a backlog; 200 new ones come",
                    new Newcomer()),
            new Named(
                    "idle",
                    "Redis commands a minute of each idle role, with none and with many past users",
                    new Idle()),
            new Named("inflight", "one dispatcher, 512 MB of heap, 10,000 worker calls at once", new InFlight()),
            new Named("held", "one ingest-api, 1 GB of heap, 10,000 held requests", new Held()),
            new Named("streams", "one ingest-api, 1 GB of heap, 10,000 open streams", new Streams()),
            new Named("frames", "50 streams of a frame each 50 ms: what is added to a direct connection", new Frames()),
            new Named(
                    "cancel",
                    "long calls are cancelled; how soon the next message of the conversation runs",
                    new Cancelled()),
            new Named("voice", "voice of 25 MB, 20 at a time, 512 MB of heap each role", new Voice()),
            new Named("start", "seconds from the command to ready, for each role", new StartUp()));

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
            SCENARIOS.forEach(one -> spec.commandLine().getOut().printf("%-10s %s%n", one.name(), one.about()));
            return CommandLine.ExitCode.OK;
        }
        List<Named> chosen = chosen();
        int all = rounds > 0 ? rounds : quick ? 1 : 3;
        Progress progress = Progress.onStderr();
        Report report = new Report(quick);
        Path scratch =
                Files.createTempDirectory(Files.createDirectories(Project.root().resolve("target")), "bench-");
        try (Store store = Store.start(scratch)) {
            Bench bench = new Bench(scratch, store, report, quick);
            for (int round = 1; round <= all; round++) {
                for (Named one : chosen) {
                    progress.say("round " + round + " of " + all + ": " + one.name() + ", " + one.about());
                    one.scenario().run(bench);
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

    private List<Named> chosen() {
        List<String> known = SCENARIOS.stream().map(Named::name).toList();
        only.stream().filter(name -> !known.contains(name)).forEach(name -> {
            throw new ParameterException(
                    spec.commandLine(), "--only: " + name + " (expected: of " + String.join(", ", known) + ")");
        });
        return only.isEmpty()
                ? SCENARIOS
                : SCENARIOS.stream().filter(one -> only.contains(one.name())).toList();
    }

    /**
     * A scenario that can be asked for.
     *
     * @param about what is done, in half a sentence
     */
    private record Named(String name, String about, Scenario scenario) {}
}
