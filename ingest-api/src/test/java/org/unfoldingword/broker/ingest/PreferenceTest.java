package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreferenceTest {

    @Test
    void understandsWhatRfc7240Writes() {
        assertThat(Preference.of(null)).isEqualTo(new Preference(false, Optional.empty()));
        assertThat(Preference.of(List.of("Respond-Async; foo=bar, wait=10")))
                .isEqualTo(new Preference(true, Optional.of(Duration.ofSeconds(10))));
        assertThat(Preference.of(List.of("handling=lenient", "wait = \"5\", wait=9")))
                .isEqualTo(new Preference(false, Optional.of(Duration.ofSeconds(5))));
        assertThat(Preference.of(List.of("wait=soon", "wait=-1"))).isEqualTo(new Preference(false, Optional.empty()));
    }
}
