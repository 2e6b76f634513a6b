package org.unfoldingword.broker.launcher;

import static org.unfoldingword.broker.launcher.Addresses.text;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.unfoldingword.broker.lane.RedisGate;
import org.unfoldingword.broker.telemetry.Ticker;

/** {@code start}: whatever the environment does not give, it brings: Redis, a worker, a key, a signing secret. */
final class AllInOne implements Foundation {

    private static final Logger log = LoggerFactory.getLogger(AllInOne.class);

    private final Sleeper sleeper;
    private final InstantSource clock;
    private final Ticker ticker;

    // Written by the starting thread, read by the stopping one.
    private volatile @Nullable DemoWorker worker;
    private volatile @Nullable EmbeddedRedis redis;
    private volatile @Nullable DataLock lock;

    private volatile String key = "";
    private volatile boolean demo;
    private volatile boolean loopbackCallbacks;

    AllInOne(Sleeper sleeper, InstantSource clock, Ticker ticker) {
        this.sleeper = sleeper;
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public Map<String, Object> lay(Environment environment) {
        DataDirectory data =
                new DataDirectory(Path.of(text(environment, "broker.data-dir").orElse("data")));
        Addresses addresses = Addresses.of(environment, "127.0.0.1");
        boolean embedded = text(environment, "broker.redis.url").isEmpty();
        if (embedded) {
            // First of all: a second start on the same data is best told so, rather than that its port is taken.
            lock = data.lock();
        }
        addresses.check(/* servesPublic= */ true);
        Map<String, Object> settings = new HashMap<>(addresses.settings(/* servesPublic= */ true));
        settings.putAll(secrets(environment, data, addresses));
        settings.putAll(loopbackCallbacks(environment, addresses));
        if (embedded) {
            settings.put("broker.redis.url", startRedis(environment, data));
        }
        if (text(environment, "broker.worker.base-url").isEmpty()) {
            settings.putAll(startDemoWorker());
        }
        String redisUrl = embedded
                ? String.valueOf(settings.get("broker.redis.url"))
                : text(environment, "broker.redis.url").orElseThrow();
        RedisGate.await(redisUrl, log::warn);
        return settings;
    }

    @Override
    public boolean startsAgain() {
        return false;
    }

    @Override
    public String ready(Served served) {
        // Not told before: a start that fails says why, and nothing else.
        if (loopbackCallbacks) {
            log.info("callbacks to 127.0.0.1 and localhost are allowed, since only this machine is served");
        }
        if (demo) {
            log.info("WORKER_BASE_URL is unset: the built-in demo worker answers");
        }
        String use = key.isEmpty() ? "key as given" : "key " + key;
        return "broker ready on " + served.publicUrl() + " (console " + served.publicUrl() + "/console, " + use
                + (demo ? ", demo worker" : "") + ", redis " + served.redis() + ")";
    }

    @Override
    public void close() {
        DemoWorker answering = worker;
        if (answering != null) {
            answering.close();
        }
        EmbeddedRedis storing = redis;
        if (storing != null) {
            storing.stop();
        }
        DataLock held = lock;
        if (held != null) {
            held.close();
        }
    }

    private Map<String, Object> secrets(Environment environment, DataDirectory data, Addresses addresses) {
        Map<String, Object> made = new HashMap<>();
        Optional<String> given =
                text(environment, "broker.access.api-key").or(() -> text(environment, "broker.access.api-keys-file"));
        if (given.isEmpty()) {
            if (!addresses.loopbackOnly()) {
                throw new StartFailure("BROKER_API_KEY: unset (expected: a key, since HOST " + addresses.host()
                        + " can be reached from other machines)");
            }
            key = data.secret(Secret.API_KEY);
            made.put("broker.access.api-key", key);
        }
        if (text(environment, "broker.callback.signing-secrets").isEmpty()) {
            made.put("broker.callback.signing-secrets", data.secret(Secret.SIGNING_SECRET));
        }
        return made;
    }

    private Map<String, Object> loopbackCallbacks(Environment environment, Addresses addresses) {
        if (!addresses.loopbackOnly()) {
            return Map.of();
        }
        loopbackCallbacks = true;
        String hosts = Stream.concat(
                        text(environment, "broker.callback.allowed-hosts").stream(),
                        Stream.of("127.0.0.1", "localhost"))
                .collect(Collectors.joining(","));
        return Map.of("broker.callback.allowed-hosts", hosts);
    }

    private String startRedis(Environment environment, DataDirectory data) {
        EmbeddedRedis.Fsync fsync = Binder.get(environment)
                .bind("broker.embedded-redis.appendfsync", EmbeddedRedis.Fsync.class)
                .orElse(EmbeddedRedis.Fsync.ALWAYS);
        EmbeddedRedis starting = new EmbeddedRedis(data.below("redis"), fsync, sleeper, ticker);
        redis = starting;
        return "redis://127.0.0.1:" + starting.start();
    }

    private Map<String, Object> startDemoWorker() {
        DemoWorker starting = DemoWorker.start(Secret.API_KEY.fresh(), sleeper, clock);
        worker = starting;
        demo = true;
        return Map.of("broker.worker.base-url", starting.baseUrl(), "broker.worker.api-key", starting.key());
    }
}
