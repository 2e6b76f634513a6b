package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on a Redis Cluster of three masters and their replicas, while it changes under it. */
class ClusterIT {

    @TempDir
    Path data;

    private RedisServers redis;

    @BeforeEach
    void startRedis() {
        redis = RedisServers.cluster(data);
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    /**
     * Without waiting for replicas, what the last moment before the master's death had written may be gone with it. The dead one stays
     * away: whoever still believed in it would wait for ever.
     */
    @Test
    void goesOnWhenAMasterDies() {
        ChaosReport report = during("local", "a master dies for good", this::killMaster);

        assertThat(report.findings()).allMatch(finding -> finding.startsWith("lost:"));
        assertThat(report.findings().size()).isLessThan(RedisChange.USERS);
    }

    /** It comes back as a replica: whoever waits for replicas needs one. */
    @Test
    void losesNothingWithAMasterThatDiesIfItWaitsForReplicas() {
        ChaosReport report = during("replicated", "a master dies", () -> {
            redis.revive(killMaster());
            redis.awaitReplicas();
        });

        assertThat(report.findings()).isEmpty();
    }

    @Test
    void losesNothingWhileSlotsMove() {
        ChaosReport report = during("local", "slots move", () -> {
            List<Integer> masters = redis.masters();
            redis.reshard(masters.get(0), masters.get(1), /* slots= */ 5461);
            redis.awaitCluster();
        });

        assertThat(report.findings()).isEmpty();
    }

    /** Returns when its replica has taken over. */
    private int killMaster() {
        int master = redis.masters().getFirst();
        redis.kill(master);
        redis.awaitCluster();
        return master;
    }

    private ChaosReport during(String durability, String kind, Runnable change) {
        try (RedisChange run = new RedisChange(redis.clusterUrl(), durability, data)) {
            return run.during(kind, change);
        }
    }
}
