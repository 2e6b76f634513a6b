package org.unfoldingword.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** Whoever reads the log may stand still; the broker does not. */
class StuckLogIT {

    /** A terminal had stopped reading. Each thread that wrote a line stood still, and 942 of 1,000 answers did not come. */
    @Test
    void answersThoughNobodyReadsItsLog() throws IOException {
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("start")
                .with("REDIS_URL", TestRedis.emptied().url());
        Process broker = plan.commandLine().start();
        try {
            assertThat(broker.inputReader(UTF_8).readLine()).startsWith("broker ready on ");
            BrokerClient client = new BrokerClient("http://127.0.0.1:" + plan.port());

            // Their lines are more than a pipe holds.
            List<CompletableFuture<BrokerClient.Answer>> answers = IntStream.range(0, 600)
                    .mapToObj(user -> client.postLater(BrokerClient.message("user-" + user, "Hello")))
                    .toList();

            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(200));
        } finally {
            broker.destroyForcibly();
        }
    }
}
