package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The broker under measurement: the launcher's jar as a child process, all roles in one, at its usual log level. Its Redis is
 * the one that {@code start} embeds, on fresh data, with fsync each second. Settings of the caller's environment do not reach it.
 */
final class BrokerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("(?m)^broker ready on (\\S+) .*redis \\S+:(\\d+)\\)$");
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(60);

    private final Process process;
    private final Thread stopWithUs;
    private final String key;
    private final String url;
    private final int storePort;

    private BrokerProcess(Process process, Thread stopWithUs, String key, String url, int storePort) {
        this.process = process;
        this.stopWithUs = stopWithUs;
        this.key = key;
        this.url = url;
        this.storePort = storePort;
    }

    /**
     * Returns when the broker is ready.
     *
     * @param scratch gets {@code broker.log} and the data
     */
    static BrokerProcess start(Path scratch, String workerUrl) throws IOException, InterruptedException {
        Path jar = Project.root().resolve("launcher/target/broker.jar");
        if (!Files.exists(jar)) {
            throw new IOException(jar + ": missing (expected: built by ./broker bench)");
        }
        Path log = scratch.resolve("broker.log");
        String key = UUID.randomUUID().toString();
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "start")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = command.environment();
        environment.keySet().removeIf(name -> name.matches("(BROKER|REDIS|WORKER|SPRING|LOG)_.*|HOST"));
        environment.putAll(Map.of(
                "BROKER_EMBEDDEDREDIS_APPENDFSYNC",
                "everysec",
                "BROKER_DATA_DIR",
                scratch.resolve("data").toString(),
                "WORKER_BASE_URL",
                workerUrl,
                "BROKER_API_KEY",
                key,
                "PORT",
                Integer.toString(freePort()),
                "MANAGEMENT_PORT",
                Integer.toString(freePort()),
                "BROKER_DISPATCHER_CONCURRENCY",
                "2000",
                "BROKER_CALLBACK_ALLOWED_HOSTS",
                "127.0.0.1"));
        Process process = command.start();
        Thread stopWithUs = new Thread(process::destroy, "stop-broker");
        Runtime.getRuntime().addShutdownHook(stopWithUs);
        Matcher ready = awaitReady(process, log);
        return new BrokerProcess(process, stopWithUs, key, ready.group(1), Integer.parseInt(ready.group(2)));
    }

    String url() {
        return url;
    }

    String key() {
        return key;
    }

    CommandCount commands() {
        return new CommandCount(storePort);
    }

    /** Lets it drain, and end its Redis. */
    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(stopWithUs);
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the broker did not stop within " + STOP_MAX);
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static Matcher awaitReady(Process process, Path log) throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        while (System.nanoTime() - startNanos < START_MAX.toNanos()) {
            boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
            String said = Files.readString(log);
            Matcher ready = READY.matcher(said);
            if (ready.find()) {
                return ready;
            }
            if (ended) {
                throw new IOException("the broker ended while starting: " + said.strip());
            }
        }
        process.destroyForcibly();
        throw new IOException("the broker was not ready within " + START_MAX);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }
}
