package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class StopPropertiesTest {

    @Test
    void fitsAPlatformThatKillsAfterThirtySeconds() {
        assertThat(stop(Map.of())).isEqualTo(new StopProperties(Duration.ofSeconds(25), Duration.ZERO));
    }

    @Test
    void sharesWhatTheLeadLeaves() {
        StopProperties stop = stop(Map.of("broker.stop.within", "70s", "broker.stop.readiness-lead", "10s"));

        assertThat(stop.requests()).isEqualTo(Duration.ofSeconds(20));
        assertThat(stop.work()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void leavesTimeForLastWordsHoweverShort() {
        StopProperties shortest = stop(Map.of("broker.stop.within", "15s"));

        assertThat(shortest.requests().plus(shortest.work()).plus(LaneWorker.LAST_WORDS))
                .isLessThanOrEqualTo(shortest.within());
    }

    @Test
    void refusesWhatCannotBeKept() {
        assertThatThrownBy(() -> stop(Map.of("broker.stop.within", "5s")))
                .hasRootCauseMessage("broker.stop.within: PT5S (expected: 15s to 1h; environment: BROKER_STOP_WITHIN)");
        assertThatThrownBy(() -> stop(Map.of("broker.stop.readiness-lead", "11s")))
                .hasRootCauseMessage(
                        "broker.stop.readiness-lead: PT11S (expected: 0s to 10s, 15s less than within; environment:"
                                + " BROKER_READINESS_LEAD)");
    }

    private static StopProperties stop(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.stop", StopProperties.class);
    }
}
