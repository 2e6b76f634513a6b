package org.unfoldingword.broker.launcher;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.unfoldingword.broker.telemetry.SystemTime;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The demo worker alone, for trying the services out where there is no real one. */
@Command(
        name = "demo-worker",
        mixinStandardHelpOptions = true,
        description = {
            "Answers and streams like the real worker, until it is told to stop. For trying things out.",
            "In a message, [delay=1500], [drip=10x200], [fail=500], [fail=503x2], [error] and [hang] tell it what to do."
        })
final class DemoWorkerCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Listen on this address. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}. 0 takes any free one.")
    private int port = 9090;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:WORKER_API_KEY}",
            required = true,
            description = "The key that a dispatcher must show. Default: WORKER_API_KEY.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String key;

    @Override
    public Integer call() throws InterruptedException {
        StopSignals.exitCleanly();
        try (DemoWorker worker =
                DemoWorker.start(new InetSocketAddress(host, port), key, Sleeper.real(), SystemTime.instants())) {
            spec.commandLine().getOut().println("demo worker ready on " + worker.baseUrl());
            new CountDownLatch(1).await();
        }
        return CommandLine.ExitCode.OK;
    }
}
