package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.List;

/** From the command to ready, for each role. */
final class StartUp implements Scenario {

    private static final double GOAL_SECONDS = 4;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        try (StubWorker worker = new StubWorker()) {
            for (String role : List.of("ingest-api", "dispatcher", "callback-deliverer")) {
                try (BrokerProcess process = bench.role(role, worker).start()) {
                    bench.report()
                            .add(Row.amount(
                                            "start: " + role + ", s",
                                            1,
                                            process.startTook().toMillis() / 1000.0)
                                    .atMost(GOAL_SECONDS));
                }
            }
        }
    }
}
