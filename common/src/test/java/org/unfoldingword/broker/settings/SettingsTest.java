package org.unfoldingword.broker.settings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private final Settings settings = new Settings("broker.lane");

    @Test
    void saysInOneLineWhichValueIsRefusedAndWhatIsExpected() {
        assertThatThrownBy(() -> settings.expect(false, "partitions", 0, "1 to 64"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("broker.lane.partitions: 0 (expected: 1 to 64)");
    }

    @Test
    void takesADurationOnlyIfItIsMoreThanNothing() {
        assertThatCode(() -> settings.positive("sweep", Duration.ofNanos(1))).doesNotThrowAnyException();
        assertThatThrownBy(() -> settings.positive("sweep", Duration.ZERO))
                .hasMessage("broker.lane.sweep: PT0S (expected: > 0)");
        assertThatThrownBy(() -> settings.positive("sweep", Duration.ofSeconds(-1)))
                .hasMessage("broker.lane.sweep: PT-1S (expected: > 0)");
    }

    @Test
    void takesANumberOnlyFromOne() {
        assertThatCode(() -> settings.atLeastOne("queue-limit", 1)).doesNotThrowAnyException();
        assertThatThrownBy(() -> settings.atLeastOne("queue-limit", 0))
                .hasMessage("broker.lane.queue-limit: 0 (expected: >= 1)");
    }
}
