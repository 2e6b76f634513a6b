package org.unfoldingword.broker.lane;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.unfoldingword.broker.http.FreePort;

/**
 * A Redis Cluster of two masters without replicas, each with half of the slots. Either can stand still for a while; the other does
 * not count it as failed within any test.
 */
final class TestCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MASTERS = 2;
    private static final int SLOTS_EACH = SlotHash.SLOT_COUNT / MASTERS;
    /** From a node's port to that at which the nodes talk to each other. */
    private static final int BUS = 10_000;

    private final Path data;
    private final List<RedisProcess> servers = new ArrayList<>();

    TestCluster(Path data) {
        this.data = data;
        for (int i = 0; i < MASTERS; i++) {
            start();
            int firstSlot = i * SLOTS_EACH;
            ask(
                    i,
                    node -> node.clusterAddSlots(
                            IntStream.range(firstSlot, firstSlot + SLOTS_EACH).toArray()));
        }
        meet();
        for (int i = 0; i < MASTERS; i++) {
            int number = i;
            await("a cluster of all masters").atMost(PATIENCE).until(() -> {
                String info = ask(number, RedisCommands::clusterInfo);
                return info.contains("cluster_state:ok") && info.contains("cluster_size:" + MASTERS);
            });
        }
    }

    /** One more master, which has no slots. Returns its number, once the others know it. */
    int addIdle() {
        start();
        meet();
        for (int i = 0; i < MASTERS; i++) {
            int number = i;
            await("all know the idle master").atMost(PATIENCE).until(() -> ask(number, RedisCommands::clusterInfo)
                    .contains("cluster_known_nodes:" + (MASTERS + 1) + "\r"));
        }
        return MASTERS;
    }

    /** As {@code kill -9}. */
    void kill(int master) {
        servers.get(master).kill();
    }

    String url() {
        return "redis-cluster://127.0.0.1:" + servers.get(0).port() + ",127.0.0.1:"
                + servers.get(1).port();
    }

    /** The number of the master that has the key. */
    int masterOf(String key) {
        return SlotHash.getSlot(key) / SLOTS_EACH;
    }

    /** As {@code CONFIG SET} at one of them. */
    void set(int master, String setting, String value) {
        ask(master, node -> node.configSet(setting, value));
    }

    /** As {@code kill -STOP}: it answers nobody, with its connections open, until {@link #thaw}. */
    void freeze(int master) {
        servers.get(master).freeze();
    }

    void thaw(int master) {
        servers.get(master).thaw();
    }

    @Override
    public void close() {
        servers.forEach(RedisProcess::close);
    }

    private void start() {
        servers.add(RedisProcess.start(
                data.resolve(Integer.toString(servers.size())),
                freePort(),
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                Long.toString(Duration.ofMinutes(10).toMillis())));
    }

    /** The newest and the first. */
    private void meet() {
        ask(0, node -> node.clusterMeet("127.0.0.1", servers.getLast().port()));
    }

    private <T> T ask(int master, Function<RedisCommands<String, String>, T> question) {
        RedisClient client = RedisClient.create(
                RedisURI.create("127.0.0.1", servers.get(master).port()));
        try (client) {
            return question.apply(client.connect().sync());
        }
    }

    /** One whose port for the other nodes is free as well. */
    private static int freePort() {
        while (true) {
            int port = FreePort.any();
            try (ServerSocket bus = new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress())) {
                return bus.getLocalPort() - BUS;
            } catch (IOException taken) {
                // The next may do.
            }
        }
    }
}
