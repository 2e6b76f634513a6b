package org.unfoldingword.broker.lane;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.SystemTime;
import org.unfoldingword.broker.telemetry.TelemetryConfiguration;

/** The engine's beans, for any role. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({RedisProperties.class, LaneProperties.class, StopProperties.class})
@Import(TelemetryConfiguration.class)
public class LaneConfiguration {

    @Bean
    HolderName holderName() {
        String machine =
                Optional.ofNullable(System.getenv("HOSTNAME")).orElse("local").replaceAll("[^A-Za-z0-9.-]", "-");
        return new HolderName(machine + "-" + ProcessHandle.current().pid() + "-"
                + Integer.toHexString(SystemTime.random().nextInt(0x10000, 0x100000)));
    }

    @Bean
    Lanes lanes(RedisProperties where, LaneProperties properties, MeterRegistry meters) {
        Lanes lanes = Lanes.open(where, properties, SystemTime.instants(), SystemTime.random());
        Meters.REDIS_COMMANDS.counted(meters, lanes.redis()::commandsSent);
        lanes.redis()
                .observe((command, took) ->
                        Meters.REDIS_LATENCY.timer(meters, "command", command).record(took));
        return lanes;
    }
}
