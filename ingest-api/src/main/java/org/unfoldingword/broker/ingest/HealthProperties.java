package org.unfoldingword.broker.ingest;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * When {@code /health} says degraded although everything runs.
 *
 * @param stuckAfter a conversation that is not paused and whose head has stood for longer than this is stuck; should be longer
 *     than a worker call may take
 * @param memoryPercentMax share of Redis's memory limit beyond which there is little room left; without a limit it says nothing
 */
@ConfigurationProperties("broker.health")
record HealthProperties(
        @DefaultValue("15m") Duration stuckAfter,
        @DefaultValue("90") int memoryPercentMax) {

    HealthProperties {
        Settings settings = new Settings("broker.health");
        settings.positive("stuck-after", stuckAfter);
        boolean percent = memoryPercentMax >= 1 && memoryPercentMax <= 100;
        settings.expect(percent, "memory-percent-max", memoryPercentMax, "1 to 100");
    }
}
