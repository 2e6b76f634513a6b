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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unfoldingword.broker.http.FreePort;
import org.unfoldingword.broker.lane.RedisProcess;

/** Several redis-servers of the system on loopback, each with an append-only file: a cluster, or a master with its sentinels. */
final class RedisServers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** How soon a silent node counts as dead. */
    private static final int SILENCE_MILLIS = 1500;

    private final Path data;
    /** By their ports, in the order of their start. */
    private final Map<Integer, RedisProcess> servers = new LinkedHashMap<>();

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
                    Integer.toString(FreePort.any()),
                    "--cluster-node-timeout",
                    Integer.toString(SILENCE_MILLIS)));
        }
        List<String> create = new ArrayList<>(List.of("--cluster", "create"));
        servers.servers.keySet().forEach(port -> create.add("127.0.0.1:" + port));
        create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        cli(create);
        servers.awaitCluster();
        servers.awaitReplicas();
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
        servers.awaitReplicas();
        await("the sentinels know each other").atMost(PATIENCE).until(() -> servers.ports(2, 5)
                .allMatch(port ->
                        servers.ask(port, "SENTINEL", "CKQUORUM", "broker").startsWith("OK 3")));
        return servers;
    }

    /** As the broker takes it. */
    String clusterUrl() {
        return "redis-cluster://" + addresses(0, 3);
    }

    /** As the broker takes it. */
    String sentinelUrl() {
        return "redis-sentinel://" + addresses(2, 5) + "/broker";
    }

    /** Where masters are now, of a cluster or of a pair. */
    List<Integer> masters() {
        return living().filter(port -> ask(port, "ROLE").startsWith("master")).toList();
    }

    /** As {@code kill -9}. */
    void kill(int port) {
        server(port).kill();
    }

    /** Starts it on the data that it left; in a cluster it follows whoever has taken its place. */
    void revive(int port) {
        server(port).revive();
    }

    /** Returns when the sentinels name another master than this one. */
    void awaitSuccessor(int master) {
        await("another master").atMost(PATIENCE).until(() -> ports(2, 5)
                .map(sentinel -> ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "broker"))
                .noneMatch(named -> named.endsWith("\n" + master)));
    }

    /** Returns when a replica follows every master: before that, whoever waits for replicas waits in vain. */
    void awaitReplicas() {
        await("every master has its replica").atMost(PATIENCE).until(() -> masters().stream()
                .allMatch(port -> ask(port, "INFO", "replication").contains("state=online")));
    }

    /** Returns when the nodes that live serve all slots again. */
    void awaitCluster() {
        await("all nodes see a whole cluster").atMost(PATIENCE).until(() -> living().allMatch(
                        port -> ask(port, "CLUSTER", "INFO").contains("cluster_state:ok")));
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
        servers.values().forEach(RedisProcess::close);
    }

    private int start(List<String> more) {
        List<String> options = new ArrayList<>(List.of("--appendonly", "yes", "--repl-diskless-sync-delay", "0"));
        options.addAll(more);
        int port = FreePort.any();
        launch(port, options);
        return port;
    }

    private void startSentinel(int master) {
        int port = FreePort.any();
        Path configuration = data.resolve("sentinel-" + port + ".conf");
        try {
            Files.writeString(configuration, """
                    sentinel monitor broker 127.0.0.1 %d 2
                    sentinel down-after-milliseconds broker %d
                    sentinel failover-timeout broker 10000
                    """.formatted(master, SILENCE_MILLIS));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        launch(port, List.of(configuration.toString(), "--sentinel"));
    }

    private void launch(int port, List<String> options) {
        servers.put(port, RedisProcess.start("redis-server", data.resolve("redis-" + port), port, options));
    }

    private RedisProcess server(int port) {
        return Objects.requireNonNull(servers.get(port));
    }

    private Stream<Integer> living() {
        return servers.values().stream().filter(RedisProcess::isAlive).map(RedisProcess::port);
    }

    private Stream<Integer> ports(int from, int to) {
        return servers.keySet().stream().skip(from).limit(to - from);
    }

    private String addresses(int from, int to) {
        return ports(from, to).map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
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
