package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Several redis-servers of the system on loopback, each with an append-only file: a cluster, or a master with its sentinels. */
final class RedisServers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** How soon a silent node counts as dead. */
    private static final int SILENCE_MILLIS = 1500;

    private final Path data;
    private final Map<Integer, Process> servers = new HashMap<>();
    private final Map<Integer, List<String>> commands = new HashMap<>();
    private final Map<Integer, Path> folders = new HashMap<>();
    private final List<Integer> ports = new ArrayList<>();

    private RedisServers(Path data) {
        this.data = data;
        assumeTrue(
                Programs.onPath("redis-server") && Programs.onPath("redis-cli"),
                "no redis-server and redis-cli on the PATH (Debian: redis-server)");
    }

    /** Three masters and a replica of each. */
    static RedisServers cluster(Path data) {
        RedisServers servers = new RedisServers(data);
        for (int i = 0; i < 6; i++) {
            servers.start(List.of(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    Integer.toString(BrokerProcess.freePort()),
                    "--cluster-node-timeout",
                    Integer.toString(SILENCE_MILLIS)));
        }
        List<String> create = new ArrayList<>(List.of("--cluster", "create"));
        servers.ports.forEach(port -> create.add("127.0.0.1:" + port));
        create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        cli(create);
        servers.awaitCluster(servers.ports);
        await("every master has its replica")
                .atMost(PATIENCE)
                .until(() -> servers.ports.stream()
                                .filter(port ->
                                        servers.ask(port, "INFO", "replication").contains("master_link_status:up"))
                                .count()
                        == 3);
        return servers;
    }

    /** A master, a replica of it, and three sentinels who watch them. */
    static RedisServers watched(Path data) {
        RedisServers servers = new RedisServers(data);
        int master = servers.start(List.of());
        servers.start(List.of("--replicaof", "127.0.0.1 " + master));
        for (int i = 0; i < 3; i++) {
            servers.startSentinel(master);
        }
        await("the replica follows").atMost(PATIENCE).until(() -> servers.ask(master, "INFO", "replication")
                .contains("state=online"));
        await("the sentinels know each other").atMost(PATIENCE).until(() -> servers.ports.subList(2, 5).stream()
                .allMatch(port ->
                        servers.ask(port, "SENTINEL", "CKQUORUM", "broker").startsWith("OK 3")));
        return servers;
    }

    /** As the broker takes it. */
    String clusterUrl() {
        return "redis-cluster://127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1) + ",127.0.0.1:"
                + ports.get(2);
    }

    /** As the broker takes it. */
    String sentinelUrl() {
        return "redis-sentinel://127.0.0.1:" + ports.get(2) + ",127.0.0.1:" + ports.get(3) + ",127.0.0.1:"
                + ports.get(4) + "/broker";
    }

    /** Where masters are now, of a cluster or of a pair. */
    List<Integer> masters() {
        return ports.stream()
                .filter(port -> servers.get(port) != null && servers.get(port).isAlive())
                .filter(port -> ask(port, "ROLE").startsWith("master"))
                .toList();
    }

    /** As {@code kill -9}. */
    void kill(int port) {
        Process server = servers.get(port);
        if (server != null) {
            server.destroyForcibly();
            await("the end of redis-server").atMost(PATIENCE).until(() -> !server.isAlive());
        }
    }

    /** Starts it on the data that it left; in a cluster it follows whoever has taken its place. */
    void revive(int port) {
        Path folder = Objects.requireNonNull(folders.get(port));
        try {
            Files.createDirectories(folder);
            servers.put(
                    port,
                    new ProcessBuilder(Objects.requireNonNull(commands.get(port)))
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile())
                            .start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        await("redis-server answers").atMost(PATIENCE).until(() -> !ask(port, "PING")
                .contains("Could not connect"));
    }

    /** Returns when the nodes that live serve all slots again. */
    void awaitCluster() {
        awaitCluster(ports.stream()
                .filter(port -> servers.get(port) != null && servers.get(port).isAlive())
                .toList());
    }

    /** Moves so many slots from one master to another, with the keys in them. */
    void reshard(int from, int to, int slots) {
        cli(List.of(
                "--cluster",
                "reshard",
                "127.0.0.1:" + from,
                "--cluster-from",
                ask(from, "CLUSTER", "MYID"),
                "--cluster-to",
                ask(to, "CLUSTER", "MYID"),
                "--cluster-slots",
                Integer.toString(slots),
                "--cluster-yes"));
    }

    /** What one of them answers, as redis-cli prints it; blank if it does not. */
    String ask(int port, String... command) {
        List<String> words = new ArrayList<>(List.of("redis-cli", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        words.addAll(List.of(command));
        return run(words).strip();
    }

    @Override
    public void close() {
        servers.values().forEach(Process::destroyForcibly);
    }

    private void awaitCluster(List<Integer> nodes) {
        await("all nodes see a whole cluster").atMost(PATIENCE).until(() -> nodes.stream()
                .allMatch(port -> ask(port, "CLUSTER", "INFO").contains("cluster_state:ok")));
    }

    private int start(List<String> more) {
        int port = BrokerProcess.freePort();
        Path folder = data.resolve("redis-" + port);
        List<String> words = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--appendonly",
                "yes",
                "--save",
                "",
                "--repl-diskless-sync-delay",
                "0"));
        words.addAll(more);
        launch(port, folder, words);
        return port;
    }

    private void startSentinel(int master) {
        int port = BrokerProcess.freePort();
        Path folder = data.resolve("sentinel-" + port);
        String configuration = """
                port %d
                bind 127.0.0.1
                sentinel monitor broker 127.0.0.1 %d 2
                sentinel down-after-milliseconds broker %d
                sentinel failover-timeout broker 10000
                """.formatted(port, master, SILENCE_MILLIS);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("sentinel.conf"), configuration);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        launch(
                port,
                folder,
                List.of("redis-server", folder.resolve("sentinel.conf").toString(), "--sentinel"));
    }

    private void launch(int port, Path folder, List<String> words) {
        ports.add(port);
        commands.put(port, words);
        folders.put(port, folder);
        revive(port);
    }

    private static void cli(List<String> arguments) {
        List<String> words = new ArrayList<>(List.of("redis-cli"));
        words.addAll(arguments);
        String said = run(words);
        if (said.contains("[ERR]") || said.contains("*** ")) {
            throw new IllegalStateException(String.join(" ", words) + ":\n" + said);
        }
    }

    private static String run(List<String> words) {
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for redis-cli", hurried);
        }
    }
}
