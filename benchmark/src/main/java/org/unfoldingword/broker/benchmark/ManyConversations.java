package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Does the number of conversations cost? The same number of messages in 100 and in 100,000 of them. */
final class ManyConversations implements Scenario {

    private static final int AT_A_TIME = 64;
    private static final byte[] BODY = "{\"message\":\"hello\"}".getBytes(UTF_8);

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int many = bench.size(10_000, 100_000);
        throughput(bench, "few", 100, many / 100);
        throughput(bench, "many", many, 1);
        bench.report().ratio("many: many / few conversations", "many: many msgs/s", "many: few msgs/s", 0.9);
    }

    private static void throughput(Bench bench, String what, int conversations, int each)
            throws IOException, InterruptedException {
        int all = conversations * each;
        try (Engine engine = Engine.open(bench)) {
            long startNanos = System.nanoTime();
            engine.append(conversations, each, BODY);
            engine.drain(all, AT_A_TIME);
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            bench.report().add(Row.amount("many: " + what + " msgs/s", all, all / seconds));
        }
    }
}
