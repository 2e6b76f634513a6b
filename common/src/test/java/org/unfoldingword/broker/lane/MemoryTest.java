package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a cluster one node was asked, and another could be full. */
class MemoryTest {

    @Test
    void tellsOfTheNodeThatIsFullest() {
        assertThat(Memory.ofNodes(List.of(node(500, 1000, "ok"), node(90, 100, "ok"), node(400, 1000, "ok"))))
                .isEqualTo(new Memory(90, Optional.of(100L), true));
    }

    @Test
    void prefersANodeWithALimit() {
        assertThat(Memory.ofNodes(List.of(node(5000, 0, "ok"), node(1, 100, "ok"))))
                .isEqualTo(new Memory(1, Optional.of(100L), true));
        assertThat(Memory.ofNodes(List.of(node(10, 0, "ok"), node(5000, 0, "ok"))))
                .isEqualTo(new Memory(5000, Optional.empty(), true));
    }

    @Test
    void tellsOfAnyNodeWhoseDiskFails() {
        assertThat(Memory.ofNodes(List.of(node(1, 0, "err"), node(2, 0, "ok"))).diskWrites())
                .isFalse();
    }

    @Test
    void asksEachMasterOfACluster(@TempDir Path data) {
        try (TestCluster cluster = new TestCluster(data)) {
            RedisProperties where = new RedisProperties(
                    cluster.url(),
                    /* commandTimeout= */ Duration.ofSeconds(30),
                    /* patience= */ Duration.ofSeconds(30),
                    Durability.LOCAL,
                    /* replicationTimeout= */ Duration.ofSeconds(1));
            try (Redis redis = Redis.open(where)) {
                for (int master = 0; master < 2; master++) {
                    cluster.set(master, "maxmemory", "100mb");
                    assertThat(Memory.of(redis).maxBytes()).contains(100L << 20);
                    cluster.set(master, "maxmemory", "0");
                    assertThat(Memory.of(redis).maxBytes()).isEmpty();
                }
            }
        }
    }

    private static String node(long used, long max, String disk) {
        return "# Memory\r\nused_memory:" + used + "\r\nmaxmemory:" + max
                + "\r\n# Persistence\r\nrdb_last_bgsave_status:" + disk + "\r\naof_last_write_status:ok\r\n";
    }
}
