package org.unfoldingword.broker.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What any role needs to tell of itself. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TracingProperties.class)
public class TelemetryConfiguration {

    /** Steps are sent after so long at the latest. */
    private static final Duration BATCH = Duration.ofSeconds(1);
    /** A stopping process waits so long for its last steps to be sent. */
    private static final long LAST_BATCH_SECONDS = 5;

    @Bean
    TraceSender traceSender(TracingProperties properties, @Value("${broker.roles:}") String roles) {
        return new TraceSender(properties.endpoint().map(endpoint -> SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.builder()
                                .put(AttributeKey.stringKey("service.name"), "bt-servant-message-broker")
                                .put(AttributeKey.stringKey("broker.roles"), roles)
                                .build()))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(properties.sample())))
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(endpoint)
                                .build())
                        .setScheduleDelay(BATCH)
                        .build())
                .build()));
    }

    @Bean
    Telemetry telemetry(MeterRegistry meters, TraceSender sender) {
        return new Telemetry(
                meters,
                sender.provider()
                        .map(provider -> Traces.by(provider.get("org.unfoldingword.broker")))
                        .orElseGet(Traces::off));
    }

    /** What sends the steps; closed with the application. */
    record TraceSender(Optional<SdkTracerProvider> provider) implements AutoCloseable {
        @Override
        public void close() {
            provider.ifPresent(open -> open.shutdown().join(LAST_BATCH_SECONDS, TimeUnit.SECONDS));
        }
    }
}
