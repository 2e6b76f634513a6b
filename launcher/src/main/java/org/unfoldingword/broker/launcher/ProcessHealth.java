package org.unfoldingword.broker.launcher;

import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.unfoldingword.broker.lane.LaneLifecycle;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.RedisUnavailable;

/**
 * What {@code /actuator/health} of the management port says of this one process, whatever its roles.
 *
 * <p>Neither is part of readiness or liveness: with Redis away, taking every process out of service or restarting it helps nobody,
 * while a process that stays answers 503 with {@code Retry-After} and goes on by itself.
 */
@Configuration(proxyBeanMethods = false)
class ProcessHealth {

    @Bean
    HealthIndicator storeHealthIndicator(Lanes lanes) {
        return () -> {
            try {
                lanes.ping();
                return Health.up().build();
            } catch (RedisUnavailable away) {
                return Health.down().withDetail("reason", away.getMessage()).build();
            }
        };
    }

    @Bean
    HealthIndicator lanesHealthIndicator(List<LaneLifecycle> lanes) {
        return () -> lanes.stream().allMatch(LaneLifecycle::healthy)
                ? Health.up().build()
                : Health.down().withDetail("reason", "a lane cannot claim").build();
    }
}
