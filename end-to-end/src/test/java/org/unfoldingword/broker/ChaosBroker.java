package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.unfoldingword.broker.lane.CuttingProxy;
import redis.embedded.core.ExecutableProvider;

/**
 * The broker as its users run it: services of which there are several, each a process, and one redis-server with its append-only
 * file. Each process has a way of its own to Redis, which can be cut.
 */
final class ChaosBroker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final File redisServer;
    private final Path data;
    private final int redisPort = BrokerProcess.freePort();
    private final List<Service> services = new ArrayList<>();
    private Process redis;

    ChaosBroker(Path data) {
        this.data = data;
        try {
            this.redisServer = ExecutableProvider.newJarResourceProvider().get();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.redis = startRedis();
    }

    /** One process and its way to Redis. */
    static final class Service {
        private final BrokerProcess.Plan plan;
        private final CuttingProxy way;
        private BrokerProcess process;

        private Service(BrokerProcess.Plan plan, CuttingProxy way) {
            this.plan = plan;
            this.way = way;
            this.process = plan.launch();
        }

        boolean isReady() {
            return process.out().stream().anyMatch(line -> line.startsWith("broker " + plan.command() + " ready"));
        }

        int port() {
            return plan.port();
        }

        CuttingProxy way() {
            return way;
        }

        /** As {@code kill -9}; another takes its place at once. */
        void killAndReplace() {
            process.kill();
            process = plan.launch();
        }

        void freeze() {
            process.freeze();
        }

        void thaw() {
            process.thaw();
        }

        private boolean hasEnded() {
            return !process.isAlive();
        }
    }

    Service launch(BrokerProcess.Plan plan) {
        CuttingProxy way = new CuttingProxy(redisPort);
        Service service = new Service(plan.with("REDIS_URL", "redis://127.0.0.1:" + way.port()), way);
        services.add(service);
        return service;
    }

    void awaitReady() {
        awaitReady(services);
    }

    /** What has ended by itself will not be ready. */
    void awaitReady(List<Service> some) {
        await("services are ready").atMost(PATIENCE).until(() -> some.stream()
                .allMatch(service -> service.isReady() || service.hasEnded()));
        some.stream().filter(Service::hasEnded).findFirst().ifPresent(ended -> {
            throw new AssertionError("ended instead of serving:\n" + ended.process.told());
        });
    }

    /** As {@code kill -9} of the redis-server. */
    void killRedis() {
        redis.destroyForcibly();
        await("the end of redis-server").atMost(PATIENCE).until(() -> !redis.isAlive());
    }

    /** On the data that the one before has left. */
    void replaceRedis() {
        redis = startRedis();
    }

    /** As {@code kill -STOP}: Redis answers nobody, with its connections open, until {@link #thawRedis}. */
    void freezeRedis() {
        BrokerProcess.signal(redis, "STOP");
    }

    void thawRedis() {
        BrokerProcess.signal(redis, "CONT");
    }

    @Override
    public void close() throws IOException {
        for (Service service : services) {
            service.process.close();
            service.way.close();
        }
        killRedis();
    }

    private Process startRedis() {
        try {
            Process starting = new ProcessBuilder(
                            redisServer.toString(),
                            "--port",
                            Integer.toString(redisPort),
                            "--bind",
                            "127.0.0.1",
                            "--dir",
                            data.toString(),
                            "--appendonly",
                            "yes",
                            "--save",
                            "",
                            "--loglevel",
                            "warning")
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolve("redis.log").toFile())
                    .start();
            await("redis-server answers").atMost(PATIENCE).until(this::redisAnswers);
            return starting;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private boolean redisAnswers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redisPort)) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        } catch (IOException notYet) {
            return false;
        }
    }
}
