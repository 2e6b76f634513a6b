package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.io.ClassPathResource;

/** The names and defaults that operators rely on ({@code interface.md}, section 2). */
class ApplicationYmlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
                    REDIS_URL                        | broker.redis.url                 | ''
                    WORKER_BASE_URL                  | broker.worker.base-url           | ''
                    WORKER_API_KEY                   | broker.worker.api-key            | ''
                    BROKER_API_KEY                   | broker.access.api-key            | ''
                    BROKER_API_KEYS_FILE             | broker.access.api-keys-file      | ''
                    BROKER_PUBLIC_URL                | broker.worker.public-url         | ''
                    BROKER_DEFAULT_ORG               | broker.ingest.default-org        | ''
                    BROKER_DATA_DIR                  | broker.data-dir                  | data
                    LOG_LEVEL                        | logging.level.root               | INFO
                    HOST                             | server.address                   | ''
                    PORT                             | server.port                      | 8080
                    MANAGEMENT_PORT                  | management.server.port           | 9080
                    BROKER_WORKER_TIMEOUT            | broker.worker.timeout            | 10m
                    BROKER_WORKER_IDLE_TIMEOUT       | broker.worker.idle-timeout       | 75s
                    BROKER_SYNC_WAIT                 | broker.ingest.sync-wait          | 120s
                    BROKER_MAX_BODY                  | broker.ingest.max-body           | 40MB
                    BROKER_DISPATCHER_CONCURRENCY    | broker.dispatch.concurrency      | 256
                    BROKER_CALLBACK_ALLOWED_HOSTS    | broker.callback.allowed-hosts    | ''
                    BROKER_CALLBACK_SIGNING_SECRET   | broker.callback.signing-secrets  | ''
                    BROKER_CALLBACK_RETRY_SCHEDULE   | broker.callback.retry-schedule   | 0s,5s,30s,2m,10m,30m,1h,2h
                    BROKER_QUEUE_LIMIT               | broker.lane.queue-limit          | 100
                    BROKER_LEASE                     | broker.lane.lease                | 15s
                    BROKER_OTLP_ENDPOINT             | broker.tracing.otlp-endpoint     | ''
                    LOG_FORMAT                       | broker.log.format                | text
                    """)
    void mapsEachVariableToItsProperty(String variable, String property, String byDefault) throws IOException {
        assertThat(settings(Map.of()).getProperty(property)).isEqualTo(byDefault);
        assertThat(settings(Map.of(variable, "told")).getProperty(property)).isEqualTo("told");
    }

    @Test
    void tellsClientsNothingOfItsInsides() throws IOException {
        PropertySourcesPropertyResolver settings = settings(Map.of());

        assertThat(List.of("message", "binding-errors", "stacktrace", "path"))
                .allMatch(part -> "never".equals(settings.getProperty("server.error.include-" + part)));
        assertThat(settings.getProperty("server.server-header")).isEmpty();
    }

    @Test
    void runsOnVirtualThreadsAndStopsGracefully() throws IOException {
        PropertySourcesPropertyResolver settings = settings(Map.of());

        assertThat(settings.getProperty("spring.threads.virtual.enabled")).isEqualTo("true");
        assertThat(settings.getProperty("server.shutdown")).isEqualTo("graceful");
        assertThat(settings.getProperty("server.jetty.max-connections")).isEqualTo("20000");
    }

    private static PropertySourcesPropertyResolver settings(Map<String, Object> environment) throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(new MapPropertySource("environment", environment));
        List<PropertySource<?>> yml =
                new YamlPropertySourceLoader().load("application", new ClassPathResource("application.yml"));
        yml.forEach(sources::addLast);
        return new PropertySourcesPropertyResolver(sources);
    }
}
