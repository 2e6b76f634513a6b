package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on a master that sentinels watch, and that dies. */
class SentinelIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    @Test
    void losesNothingWithTheMasterIfItWaitsForTheReplica() {
        try (RedisServers redis = RedisServers.watched(data);
                RedisChange run = new RedisChange(redis.sentinelUrl(), "replicated", data)) {
            ChaosReport report = run.during("a master dies, sentinels name another", () -> {
                int master = redis.masters().getFirst();
                redis.kill(master);
                await("a new master")
                        .atMost(PATIENCE)
                        .until(() -> redis.masters().size() == 1);
                redis.revive(master);
            });

            assertThat(report.findings()).isEmpty();
        }
    }
}
