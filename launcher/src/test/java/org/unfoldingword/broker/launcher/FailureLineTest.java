package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class FailureLineTest {

    private static final String MESSAGE =
            "broker.lane.queue-limit: 0 (expected: >= 1; environment: BROKER_QUEUE_LIMIT)";

    @Test
    void namesPropertyValueAndVariable() {
        ConfigurableEnvironment environment =
                environment(Map.of("broker.lane.lease", "${BROKER_LEASE:15s}", "BROKER_LEASE", "abc"));

        assertThat(lineOfBinding(environment, "broker.lane.lease", Bindable.of(Duration.class)))
                .isEqualTo(
                        "broker.lane.lease: abc (expected: a duration such as 15s, 10m or 24h; environment: BROKER_LEASE)");
    }

    @Test
    void namesTheElementsOfAList() {
        ConfigurableEnvironment environment =
                environment(Map.of("broker.callback.retry-schedule", "${SCHEDULE:0s}", "SCHEDULE", "0s,soon"));

        assertThat(lineOfBinding(environment, "broker.callback.retry-schedule", Bindable.listOf(Duration.class)))
                .isEqualTo(
                        "broker.callback.retry-schedule: 0s,soon (expected: a comma-separated list, each a duration such as"
                                + " 15s, 10m or 24h; environment: SCHEDULE)");
    }

    @Test
    void namesTheChoicesOfAnEnum() {
        ConfigurableEnvironment environment = environment(Map.of("broker.embedded-redis.appendfsync", "often"));

        assertThat(lineOfBinding(
                        environment, "broker.embedded-redis.appendfsync", Bindable.of(EmbeddedRedis.Fsync.class)))
                .isEqualTo("broker.embedded-redis.appendfsync: often (expected: one of always, everysec, no)");
    }

    @Test
    void doesNotShowSecrets() {
        ConfigurableEnvironment environment = environment(Map.of("broker.some.api-key", "hunter2"));

        assertThat(lineOfBinding(environment, "broker.some.api-key", Bindable.of(Integer.class)))
                .isEqualTo("broker.some.api-key: (not shown) (expected: a whole number)");
    }

    @Test
    void passesOnWhatASettingsRecordSays() {
        ConfigurableEnvironment environment = environment(Map.of("broker.lane.queue-limit", "0"));

        assertThat(lineOfBinding(environment, "broker.lane", Bindable.of(Limits.class)))
                .isEqualTo(MESSAGE);
    }

    @Test
    void passesOnTheOutermostOfOurOwnWords() {
        Throwable inner = new IllegalArgumentException("secret: not shown (expected: whsec_)");
        Throwable ours =
                new IllegalArgumentException("broker.callback.signing-secrets[0]: not shown (expected: whsec_)", inner);

        assertThat(FailureLine.of(new BeanCreationException("callbackClient", "nested (expected: whsec_)", ours)))
                .isEqualTo("broker.callback.signing-secrets[0]: not shown (expected: whsec_)");
    }

    @Test
    void namesATakenPort() {
        assertThat(FailureLine.of(new PortInUseException(9080)))
                .isEqualTo("port 9080: in use (expected: a free port; environment: PORT or MANAGEMENT_PORT)");
    }

    @Test
    void keepsTheUnforeseenToOneLine() {
        assertThat(FailureLine.of(new BeanCreationException("x", new NullPointerException("first\n  second"))))
                .isEqualTo("cannot start: NullPointerException: first second (LOG_LEVEL=DEBUG tells more)");
    }

    private static String lineOfBinding(ConfigurableEnvironment environment, String name, Bindable<?> target) {
        Throwable failure = catchThrowable(() -> Binder.get(environment).bind(name, target));
        return FailureLine.of(new BeanCreationException("properties", "could not bind", failure), environment);
    }

    private static ConfigurableEnvironment environment(Map<String, Object> settings) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addLast(new MapPropertySource("settings", settings));
        return environment;
    }

    record Limits(@DefaultValue("100") int queueLimit) {
        Limits {
            if (queueLimit < 1) {
                throw new IllegalArgumentException(MESSAGE);
            }
        }
    }
}
