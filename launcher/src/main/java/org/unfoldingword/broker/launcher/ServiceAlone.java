package org.unfoldingword.broker.launcher;

import static org.unfoldingword.broker.launcher.Addresses.text;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.unfoldingword.broker.lane.RedisGate;

/** One service as in production: what it needs is given to it, or it says what is missing. */
final class ServiceAlone implements Foundation {

    private static final Logger log = LoggerFactory.getLogger(ServiceAlone.class);

    private final Role role;

    ServiceAlone(Role role) {
        this.role = role;
    }

    @Override
    public Map<String, Object> lay(Environment environment) {
        demand(
                environment,
                "REDIS_URL",
                "redis://host:6379, rediss://…, redis-sentinel://… or redis-cluster://…",
                "broker.redis.url");
        if (role == Role.DISPATCHER) {
            demand(
                    environment,
                    "WORKER_BASE_URL",
                    "the worker's address, such as https://worker.example",
                    "broker.worker.base-url");
        }
        if (role == Role.INGEST_API) {
            demand(
                    environment,
                    "BROKER_API_KEY",
                    "a client's key, or many in BROKER_API_KEYS_FILE",
                    "broker.access.api-key",
                    "broker.access.api-keys-file");
        }
        Map<String, Object> settings = new HashMap<>();
        Addresses addresses = Addresses.of(environment, "0.0.0.0");
        addresses.check(/* servesPublic= */ role == Role.INGEST_API);
        settings.putAll(addresses.settings(/* servesPublic= */ role == Role.INGEST_API));
        RedisGate.await(text(environment, "broker.redis.url").orElseThrow(), log::warn);
        return settings;
    }

    @Override
    public boolean startsAgain() {
        return true;
    }

    @Override
    public String ready(Served served) {
        String management = "management " + served.managementUrl() + ", redis " + served.redis();
        return role == Role.INGEST_API
                ? "broker ingest-api ready on " + served.publicUrl() + " (" + management + ")"
                : "broker " + role.word() + " ready (" + management + ")";
    }

    @Override
    public void close() {}

    private void demand(Environment environment, String variable, String expected, String... anyOf) {
        for (String property : anyOf) {
            if (text(environment, property).isPresent()) {
                return;
            }
        }
        throw new StartFailure(variable + ": unset (expected by " + role.word() + ": " + expected + ")");
    }
}
