package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.unfoldingword.broker.http.FreePort;
import org.unfoldingword.broker.lane.CuttingProxy;
import org.unfoldingword.broker.lane.RedisProcess;

/**
 * The broker as its users run it: services of which there are several, each a process, and one redis-server with its append-only
 * file. Each process has a way of its own to Redis, which can be cut.
 */
final class ChaosBroker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final RedisProcess redis;
    private final List<Service> services = new ArrayList<>();

    ChaosBroker(Path data) {
        this.redis = RedisProcess.start(data, FreePort.any(), "--appendonly", "yes", "--loglevel", "warning");
    }

    RedisProcess redis() {
        return redis;
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
        CuttingProxy way = new CuttingProxy(redis.port());
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

    @Override
    public void close() throws IOException {
        for (Service service : services) {
            service.process.close();
            service.way.close();
        }
        redis.close();
    }
}
