package org.unfoldingword.broker.lane;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import redis.embedded.core.ExecutableProvider;

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
    private final List<Integer> ports = new ArrayList<>();
    private final List<Process> servers = new ArrayList<>();

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
        servers.get(master).destroyForcibly();
        await("the end of redis-server").atMost(PATIENCE).until(() -> !servers.get(master)
                .isAlive());
    }

    String url() {
        return "redis-cluster://127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
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
        signal(master, "STOP");
    }

    void thaw(int master) {
        signal(master, "CONT");
    }

    @Override
    public void close() {
        servers.forEach(Process::destroyForcibly);
    }

    private void start() {
        int port = freePort();
        servers.add(start(port, data.resolve(Integer.toString(ports.size()))));
        ports.add(port);
        await("redis-server answers").atMost(PATIENCE).until(() -> listens(port));
    }

    /** The newest and the first. */
    private void meet() {
        ask(0, node -> node.clusterMeet("127.0.0.1", ports.getLast()));
    }

    private static Process start(int port, Path folder) {
        try {
            Files.createDirectories(folder);
            File server = TestRedis.executable().isPresent()
                    ? TestRedis.executable().get()
                    : ExecutableProvider.newJarResourceProvider().get();
            return new ProcessBuilder(
                            server.toString(),
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--dir",
                            folder.toString(),
                            "--save",
                            "",
                            "--cluster-enabled",
                            "yes",
                            "--cluster-node-timeout",
                            Long.toString(Duration.ofMinutes(10).toMillis()))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private <T> T ask(int master, Function<RedisCommands<String, String>, T> question) {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", ports.get(master)));
        try (client) {
            return question.apply(client.connect().sync());
        }
    }

    private void signal(int master, String name) {
        try {
            new ProcessBuilder(
                            "kill",
                            "-" + name,
                            Long.toString(servers.get(master).pid()))
                    .start()
                    .waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** One whose port for the other nodes is free as well. */
    private static int freePort() {
        while (true) {
            try (ServerSocket free = new ServerSocket(0)) {
                int port = free.getLocalPort();
                if (port + BUS <= 65_535) {
                    new ServerSocket(port + BUS).close();
                    return port;
                }
            } catch (IOException taken) {
                // The next may do.
            }
        }
    }
}
