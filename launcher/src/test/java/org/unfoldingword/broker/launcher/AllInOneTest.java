package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;
import org.unfoldingword.broker.telemetry.SystemTime;

class AllInOneTest {

    @TempDir
    private Path data;

    private final MockEnvironment environment = new MockEnvironment();
    private final AllInOne foundation = allInOne();

    @BeforeEach
    void onFreePorts() {
        environment
                .withProperty("server.port", "0")
                .withProperty("management.server.port", "0")
                .withProperty("broker.data-dir", data.toString());
    }

    @AfterEach
    void end() {
        foundation.close();
    }

    @Test
    void bringsWhateverIsNotGiven() {
        Map<String, Object> settings = foundation.lay(environment);

        DataDirectory kept = new DataDirectory(data);
        assertThat(settings)
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry("management.server.address", "127.0.0.1")
                .containsEntry("broker.callback.allowed-hosts", "127.0.0.1,localhost")
                .containsEntry("broker.access.api-key", kept.secret(Secret.API_KEY))
                .containsEntry("broker.callback.signing-secrets", kept.secret(Secret.SIGNING_SECRET))
                .containsKeys("broker.redis.url", "broker.worker.base-url", "broker.worker.api-key");
        settings.forEach((name, value) -> environment.setProperty(name, value.toString()));
        environment.setProperty("local.server.port", "8080");
        assertThat(foundation.ready(new Served(environment)))
                .startsWith("broker ready on http://127.0.0.1:8080 (console http://127.0.0.1:8080/console, key brk_")
                .contains(", redis 127.0.0.1:");
    }

    @Test
    void letsNoSecondStartOnTheSameData() {
        foundation.lay(environment);

        AllInOne second = allInOne();
        assertThatThrownBy(() -> second.lay(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("in use by another broker");
        second.close();

        assertThat(data.resolve("redis/redis.pid")).exists();
    }

    @Test
    void servesOtherMachinesOnlyWithAKeyThatWasGiven() {
        environment.setProperty("server.address", "0.0.0.0");

        assertThatThrownBy(() -> foundation.lay(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("BROKER_API_KEY: unset (expected: ");
    }

    private static AllInOne allInOne() {
        return new AllInOne(Sleeper.real(), SystemTime.instants(), SystemTime.ticker());
    }
}
