package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** The queue alone: appended by 64 at a time, then worked off by 64 at a time with a handler that does nothing. */
final class LaneAlone implements Scenario {

    private static final int CONVERSATIONS = 1000;
    private static final int EACH = 20;
    private static final int AT_A_TIME = 64;
    private static final double GOAL = 3;
    private static final byte[] BODY = ("{\"message\":\"" + "x".repeat(280) + "\"}").getBytes(UTF_8);

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int each = bench.size(5, EACH);
        int all = CONVERSATIONS * each;
        try (Engine engine = Engine.open(bench)) {
            // As in a process that has been up for a while.
            engine.append(CONVERSATIONS, each, BODY);
            engine.drain(all, AT_A_TIME);
            long startNanos = System.nanoTime();
            engine.append(CONVERSATIONS, each, BODY);
            long appendedNanos = System.nanoTime();
            engine.drain(all, AT_A_TIME);
            tell(bench, "broker", all, appendedNanos - startNanos, System.nanoTime() - appendedNanos);
        }
        for (String peer : Peers.NAMES) {
            bench.store().flush();
            JsonNode took = Peers.queueAlone(bench, peer, CONVERSATIONS, each, AT_A_TIME);
            tell(
                    bench,
                    peer,
                    all,
                    took.path("append_nanos").asLong(),
                    took.path("drain_nanos").asLong());
        }
        for (BareQueue.Rung rung : BareQueue.Rung.values()) {
            try (BareQueue queue = new BareQueue(bench, rung)) {
                bench.report()
                        .add(Row.amount(
                                "lane: bare scripts, " + rung.text() + ", msgs/s",
                                all,
                                queue.perSecond(CONVERSATIONS, each, BODY)));
            }
        }
        bench.report().ratio("lane: broker / groupmq, whole", "lane: broker msgs/s", "lane: groupmq msgs/s", GOAL);
        bench.report().ratio("lane: broker / bullmq, whole", "lane: broker msgs/s", "lane: bullmq msgs/s", 0);
    }

    private static void tell(Bench bench, String who, int all, long appendNanos, long drainNanos) {
        bench.report().add(Row.amount("lane: " + who + " appends/s", all, all / (appendNanos / 1e9)));
        bench.report().add(Row.amount("lane: " + who + " worked off/s", all, all / (drainNanos / 1e9)));
        bench.report().add(Row.amount("lane: " + who + " msgs/s", all, all / ((appendNanos + drainNanos) / 1e9)));
    }
}
