package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on a master that sentinels watch, and that dies. */
class SentinelIT {

    @TempDir
    Path data;

    @Test
    void losesNothingWithTheMasterIfItWaitsForTheReplica() {
        try (RedisServers redis = RedisServers.watched(data);
                RedisChange run = new RedisChange(redis.sentinelUrl(), "replicated", data)) {
            ChaosReport report = run.during("a master dies, sentinels name another", () -> {
                int master = redis.masters().getFirst();
                redis.kill(master);
                redis.awaitSuccessor(master);
                redis.revive(master);
                redis.awaitReplicas();
            });

            assertThat(report.findings()).isEmpty();
        }
    }
}
