package org.unfoldingword.broker.ingest;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
        if (stuckAfter.isNegative() || stuckAfter.isZero()) {
            throw new IllegalArgumentException("broker.health.stuck-after: " + stuckAfter + " (expected: > 0)");
        }
        if (memoryPercentMax < 1 || memoryPercentMax > 100) {
            throw new IllegalArgumentException(
                    "broker.health.memory-percent-max: " + memoryPercentMax + " (expected: 1 to 100)");
        }
    }
}
