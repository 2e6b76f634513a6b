package org.unfoldingword.broker.lane;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.SystemTime;

/** The engine's beans, for any role. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({RedisProperties.class, LaneProperties.class})
public class LaneConfiguration {

    @Bean
    Lanes lanes(RedisProperties where, LaneProperties properties, MeterRegistry meters) {
        Lanes lanes = Lanes.open(where, properties, SystemTime.instants(), SystemTime.random());
        Meters.REDIS_COMMANDS.gauge(meters, lanes.redis()::commandsSent);
        return lanes;
    }
}
