package org.unfoldingword.broker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/** Pins the names and defaults of the dispatcher's settings. */
class DispatchPropertiesTest {

    @Test
    void servesWithDefaults() {
        assertThat(dispatch(Map.of()))
                .isEqualTo(new DispatchProperties(
                        256,
                        0,
                        4,
                        Duration.ofHours(1),
                        3,
                        false,
                        true,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5)));
        assertThat(worker(Map.of("broker.worker.base-url", "http://w")))
                .isEqualTo(new WorkerProperties(
                        "http://w",
                        "",
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(5),
                        Endpoint.STREAM,
                        DataSize.ofMegabytes(48),
                        50_000,
                        ""));
    }

    @Test
    void readsEverySettingByItsName() {
        assertThat(dispatch(Map.of(
                        "broker.dispatch.concurrency", "1",
                        "broker.dispatch.concurrency-per-org", "9",
                        "broker.dispatch.failures-max", "2",
                        "broker.dispatch.busy-patience", "3s",
                        "broker.dispatch.deliveries-max", "4",
                        "broker.dispatch.retry-unknown", "true",
                        "broker.dispatch.repeat-lapsed", "false",
                        "broker.dispatch.backoff-first", "5ms",
                        "broker.dispatch.backoff-max", "6s",
                        "broker.dispatch.circuit-wait", "8s")))
                .isEqualTo(new DispatchProperties(
                        1,
                        9,
                        2,
                        Duration.ofSeconds(3),
                        4,
                        true,
                        false,
                        Duration.ofMillis(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(8)));
    }

    @Test
    void namesTheSettingItsValueAndWhatIsExpected() {
        assertThatThrownBy(() -> dispatch(Map.of("broker.dispatch.concurrency", "0")))
                .hasRootCauseMessage("broker.dispatch.concurrency: 0 (expected: >= 1)");
        assertThatThrownBy(() -> worker(Map.of("broker.worker.base-url", "w", "broker.worker.timeout", "1m")))
                .hasRootCauseMessage("broker.worker.base-url: 'w' (expected: http://host[:port] or https://…;"
                        + " environment: WORKER_BASE_URL)");
        assertThatThrownBy(() -> worker(Map.of("broker.worker.base-url", "http://w", "broker.worker.timeout", "1m")))
                .hasRootCauseMessage("broker.worker.idle-timeout: PT1M15S (expected: at most timeout, PT1M)");
    }

    @Test
    void doesNotShowTheKey() {
        assertThat(worker(Map.of("broker.worker.base-url", "http://w", "broker.worker.api-key", "s3cret"))
                        .toString())
                .doesNotContain("s3cret");
    }

    private static DispatchProperties dispatch(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.dispatch", DispatchProperties.class);
    }

    private static WorkerProperties worker(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.worker", WorkerProperties.class);
    }
}
