package org.unfoldingword.broker.access;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.unfoldingword.broker.telemetry.SystemTime;

/** The keys in force, for any role. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessProperties.class)
public class AccessConfiguration {

    @Bean
    ApiKeys apiKeys(AccessProperties properties, MeterRegistry meters) {
        return ApiKeys.open(properties.single(), properties.file(), SystemTime.ticker(), meters);
    }
}
