package org.unfoldingword.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetersTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");
    private static final List<String> NEVER_TAGS =
            List.of("user", "org", "conversation", "message", "endpoint", "holder");

    private final MeterRegistry registry = new SimpleMeterRegistry();

    /** {@code -Dmeters.write=true} writes the table instead. */
    @Test
    void isWhatTheDocumentLists() throws IOException {
        String document = Files.readString(DOCUMENT);
        if (Boolean.getBoolean("meters.write")) {
            document = document.replaceFirst("(?s)\\n\\| meter.*?\\n\\n", "\n" + table().replace("$", "\\$") + "\n");
            Files.writeString(DOCUMENT, document);
        }

        assertThat(document)
                .as("docs/metrics.md; write it with -Dmeters.write=true")
                .contains("\n" + table() + "\n");
    }

    @Test
    void hasNoTagOfManyValues() {
        assertThat(Meters.values())
                .allSatisfy(meter -> assertThat(meter.tags()).doesNotContainAnyElementsOf(NEVER_TAGS));
    }

    @Test
    void refusesTagsThatItDoesNotHave() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Meters.CLAIMED.counter(registry))
                .withMessage("tags of broker.lane.claimed: [] (expected: [lane], each with a value)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Meters.CLAIMED.counter(registry, "lane", "messages", "user", "ann"));
    }

    @Test
    void measuresInBucketsThatTellMinutesFromHours() {
        Meters.WAIT.timer(registry).record(Duration.ofMinutes(10));

        long[] within = Arrays.stream(Meters.WAIT.timer(registry).takeSnapshot().histogramCounts())
                .mapToLong(bucket -> (long) bucket.count())
                .toArray();
        assertThat(within).hasSizeBetween(8, 16).startsWith(0).endsWith(1).contains(0, 1);
    }

    private static String table() {
        return Arrays.stream(Meters.values())
                .map(meter -> "| `" + meter.prometheus() + "` | " + meter.kind() + " | "
                        + meter.tags().stream().map(tag -> "`" + tag + "`").collect(Collectors.joining(", ")) + " | "
                        + meter.meaning() + " |\n")
                .collect(Collectors.joining("", "| meter | kind | tags | meaning |\n| --- | --- | --- | --- |\n", ""));
    }
}
