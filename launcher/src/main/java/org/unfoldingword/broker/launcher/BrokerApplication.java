package org.unfoldingword.broker.launcher;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

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
class BrokerApplication {}
