package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever dies, nothing is lost, doubled or out of order. {@code ./broker test --chaos 200} for more faults;
 * {@code -Dchaos.seed=…} for the same ones again, {@code -Dchaos.messages=…}, {@code -Dchaos.users=…}.
 */
class ChaosIT {

    private static final int FAULTS = Integer.getInteger("chaos.faults", 7);
    /** How soon conversations flow again is promised, but not of a machine that has other tests to run as well. */
    private static final boolean STRICT = FAULTS >= 100;

    @TempDir
    Path data;

    @Test
    void losesNothingWhateverDies() throws Exception {
        ChaosRun.Settings settings = new ChaosRun.Settings(
                Long.getLong("chaos.seed", System.nanoTime() % 1_000_000),
                FAULTS,
                Integer.getInteger("chaos.messages", FAULTS * 100),
                Integer.getInteger("chaos.users", 40),
                // A holder that gets no processor for longer than its lease loses it, without any fault of ours.
                Duration.ofSeconds(STRICT ? 2 : 4),
                data);
        System.out.println("chaos: " + settings);
        try (ChaosRun run = new ChaosRun(settings)) {
            ChaosReport report = run.run();
            JsonNode audit = run.audit();

            String text = report.text(settings.toString());
            System.out.println(text);
            Path target = Files.createDirectories(Path.of("target", "chaos"));
            Files.writeString(target.resolve("report.txt"), text);
            new ObjectMapper()
                    .findAndRegisterModules()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(target.resolve("report.json").toFile(), report);
            assertThat(report.findings()).as(text).isEmpty();
            assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
            if (STRICT) {
                assertThat(report.slow()).as(text).isEmpty();
            }
        }
    }
}
