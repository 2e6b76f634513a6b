package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class ServiceAloneTest {

    private final MockEnvironment environment = new MockEnvironment()
            .withProperty("server.port", "0")
            .withProperty("management.server.port", "0")
            .withProperty("broker.redis.url", "redis://127.0.0.1:1");

    @Test
    void needsARedis() {
        environment.setProperty("broker.redis.url", " ");

        assertThatThrownBy(() -> new ServiceAlone(Role.CALLBACK_DELIVERER).lay(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("REDIS_URL: unset (expected by callback-deliverer: ");
    }

    @Test
    void needsAWorkerToDispatch() {
        assertThatThrownBy(() -> new ServiceAlone(Role.DISPATCHER).lay(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("WORKER_BASE_URL: unset (expected by dispatcher: ");
    }

    @Test
    void needsAKeyToTakeMessages() {
        assertThatThrownBy(() -> new ServiceAlone(Role.INGEST_API).lay(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("BROKER_API_KEY: unset (expected by ingest-api: ");
    }
}
