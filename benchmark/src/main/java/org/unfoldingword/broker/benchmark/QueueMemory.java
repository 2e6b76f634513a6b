package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** What a waiting message of 300 bytes costs in the store's memory. */
final class QueueMemory implements Scenario {

    private static final double ALONE_MAX_BYTES = 2048;
    private static final double TOGETHER_MAX_BYTES = 0.7 * 1024;
    private static final byte[] BODY =
            ("{\"user_id\":\"user-12345\",\"org_id\":\"bench\",\"client_id\":\"bench\",\"message\":\"" + "x".repeat(225)
                            + "\"}")
                    .getBytes(UTF_8);

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int messages = bench.size(10_000, 50_000);
        bench.report()
                .add(Row.amount("memory: bytes, one a conversation", messages, perMessage(bench, messages, 1))
                        .atMost(ALONE_MAX_BYTES));
        bench.report()
                .add(Row.amount("memory: bytes, 100 a conversation", messages, perMessage(bench, messages / 100, 100))
                        .atMost(TOGETHER_MAX_BYTES));
    }

    private static double perMessage(Bench bench, int conversations, int each)
            throws IOException, InterruptedException {
        try (Engine engine = Engine.open(bench)) {
            long before = bench.store().memoryUsed();
            engine.append(conversations, each, BODY);
            return (bench.store().memoryUsed() - before) / ((double) conversations * each);
        }
    }
}
