package org.unfoldingword.broker.benchmark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The benchmark: a broker of its own on loopback, one scenario after the other, a table and JSON of what was measured. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a broker that it starts itself, with an embedded Redis (append-only file, fsync each second), a stub"
                    + " worker and a callback receiver, all on this machine.",
            "Exit status: 0 all goals met, 1 a goal missed or a failure, 2 wrong usage."
        })
final class BenchCommand implements Callable<Integer> {

    @Option(names = "--quick", description = "Shorter calls and waits, for a first impression.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Where the results go (target/bench.json).")
    private File json = Project.root().resolve("target/bench.json").toFile();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path scratch =
                Files.createTempDirectory(Files.createDirectories(Project.root().resolve("target")), "bench-");
        Report report = new Report(Progress.onStderr(), quick);
        try (StubWorker worker = new StubWorker();
                CallbackReceiver receiver = new CallbackReceiver();
                BrokerProcess broker = BrokerProcess.start(scratch, worker.url());
                Submitter submitter = new Submitter(broker.url(), broker.key())) {
            report.progress("newcomer: 1,000 busy conversations, then 200 new ones");
            new Newcomer(worker, submitter, Duration.ofSeconds(quick ? 12 : 30)).run(report);
            report.progress("order: 500 users, 20 messages each");
            new Order(worker, receiver, submitter, broker.commands()).run(report);
            Duration watched = Duration.ofSeconds(quick ? 20 : 60);
            report.progress("idle: " + watched.toSeconds() + " s");
            new Idle(broker.commands(), watched).run(report);
            report.progress("done; stopping the broker");
        } catch (IOException | RuntimeException failed) {
            System.err.println("bench: what the broker logged is in " + scratch);
            throw failed;
        }
        Project.delete(scratch);
        report.write(json.toPath());
        System.out.print(report.table());
        return report.met() ? 0 : 1;
    }
}
