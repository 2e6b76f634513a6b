package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.http.FreePort;
import org.unfoldingword.broker.lane.RedisProcess;

/** A start that cannot succeed says why, in one line, and ends. */
class StartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    @Test
    void refusesASettingThatIsNoDuration() {
        try (BrokerProcess broker = plan().with("BROKER_LEASE", "abc").launch()) {
            assertRefused(broker, "broker.lane.lease: abc (expected: a duration", "BROKER_LEASE");
        }
    }

    @Test
    void takesASettingAsAnArgument() {
        try (BrokerProcess broker = BrokerProcess.Plan.of("start", "--broker.lane.lease=999ms")
                .with("BROKER_DATA_DIR", data)
                .launch()) {
            assertRefused(broker, "broker.lane.lease: ", "(expected: >= 1s");
        }
    }

    @Test
    void refusesATakenPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                BrokerProcess broker = plan().with("PORT", taken.getLocalPort()).launch()) {
            assertRefused(broker, "PORT", Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void refusesARedisThatMayEvictMessages() {
        try (RedisProcess redis = RedisProcess.start(data, FreePort.any(), "--maxmemory-policy", "allkeys-lru");
                BrokerProcess broker = plan().with("REDIS_URL", redis.url()).launch()) {
            assertRefused(broker, "127.0.0.1:" + redis.port(), "allkeys-lru", "noeviction");
        }
    }

    @Test
    void waitsForARedisThatCannotBeReachedAndSaysSo() {
        int nobody = FreePort.any();
        try (BrokerProcess broker =
                plan().with("REDIS_URL", "redis://127.0.0.1:" + nobody).launch()) {
            await().atMost(PATIENCE)
                    .until(() -> broker.err().stream()
                                    .filter(line -> line.contains("waiting for Redis at"))
                                    .filter(line -> line.contains("127.0.0.1:" + nobody))
                                    .count()
                            >= 2);

            assertThat(broker.isAlive()).isTrue();
            assertThat(broker.out()).isEmpty();
        }
    }

    private BrokerProcess.Plan plan() {
        return BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", data);
    }

    private static void assertRefused(BrokerProcess broker, String... words) {
        assertThat(broker.awaitExit()).as(broker.told()).isNotZero();
        assertThat(broker.out()).isEmpty();
        // Log lines and the JVM's own warnings aside, there is the one line.
        List<String> said = broker.err().stream()
                .filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\dT.*|WARNING: .*"))
                .toList();
        assertThat(said).hasSize(1);
        assertThat(said.getFirst()).contains(words);
    }
}
