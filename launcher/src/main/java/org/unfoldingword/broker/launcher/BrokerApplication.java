package org.unfoldingword.broker.launcher;

import java.time.Duration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.unfoldingword.broker.lane.LaneLifecycle;
import org.unfoldingword.broker.lane.StopProperties;

/**
 * What every process has, whatever its roles: Spring Boot's own parts and the management endpoints.
 *
 * <p>Left out: Spring's own connection to Redis, which would be one to localhost, as the engine opens its own; its
 * OpenTelemetry, as traces have their own switch; and Spring's
 * generated user, as keys are the only identities.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogProperties.class)
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.actuate.autoconfigure.logging.OpenTelemetryLoggingAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.logging.otlp.OtlpLoggingAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration",
            "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
            "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration",
            "org.springframework.boot.autoconfigure.data.redis.RedisRepositoriesAutoConfiguration",
            "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration"
        })
class BrokerApplication {

    /** For stages that have nothing to wait for. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** Stops in stages, each with its share of the time, so that the whole takes no longer than it may. */
    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    DefaultLifecycleProcessor lifecycleProcessor(StopProperties stop) {
        DefaultLifecycleProcessor stages = new DefaultLifecycleProcessor();
        stages.setTimeoutForShutdownPhase(
                WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE,
                stop.requests().toMillis());
        stages.setTimeoutForShutdownPhase(
                LaneLifecycle.PHASE, stop.work().plus(LaneLifecycle.LAST_WORDS).toMillis());
        stages.setTimeoutPerShutdownPhase(MOMENT.toMillis());
        return stages;
    }
}
