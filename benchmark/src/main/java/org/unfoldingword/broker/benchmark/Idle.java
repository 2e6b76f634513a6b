package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What roles that have nothing to do ask of the store, with no user ever seen, and with many seen and gone. */
final class Idle implements Scenario {

    private static final double COMMANDS_MAX = 12;
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final byte[] BODY = "{\"message\":\"hello\"}".getBytes(UTF_8);

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int past = bench.size(10_000, 1_000_000);
        for (String role : List.of("ingest-api", "dispatcher", "callback-deliverer")) {
            try (StubWorker worker = new StubWorker();
                    BrokerProcess process = bench.role(role, worker).start()) {
                watch(bench, process, "no past user");
            }
        }
        try (Engine engine = Engine.open(bench)) {
            engine.append(past, 1, BODY);
            engine.drain(past, /* places= */ 64);
        }
        try (StubWorker worker = new StubWorker();
                BrokerProcess dispatcher = bench.another("dispatcher", worker).start()) {
            watch(bench, dispatcher, past + " past users");
        }
    }

    /** Scaled to a minute where it is watched for less. */
    private static void watch(Bench bench, BrokerProcess process, String users)
            throws IOException, InterruptedException {
        Duration watched = Duration.ofSeconds(bench.size(20, 60));
        CommandCount commands = bench.store().commands();
        Thread.sleep(SETTLE);
        long before = commands.sent();
        Thread.sleep(watched);
        long sent = commands.sent() - before;
        bench.report()
                .add(Row.amount(
                                "idle: " + process.command() + ", " + users + ", commands/min",
                                sent,
                                sent * 60.0 / watched.toSeconds())
                        .atMost(COMMANDS_MAX));
    }
}
