package org.unfoldingword.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts and dashboard speak of meters that exist, and every alert has its entry in the runbook. */
class MetersInUseTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path ALERTS = ROOT.resolve("ops/prometheus/alerts.yml");
    private static final Pattern METER = Pattern.compile("\\bbroker_[a-z_]+");

    @ParameterizedTest
    @ValueSource(strings = {"ops/prometheus/alerts.yml", "ops/prometheus/alerts.test.yml", "ops/grafana/broker.json"})
    void speaksOfMetersThatExist(String file) throws IOException {
        Set<String> known = new HashSet<>();
        Arrays.stream(Meters.values()).map(Meters::prometheusNames).forEach(known::addAll);

        assertThat(all(METER, Files.readString(ROOT.resolve(file))))
                .isNotEmpty()
                .isSubsetOf(known);
    }

    @Test
    void everyMeterIsOnTheDashboardOrInAnAlert() throws IOException {
        String shown = Files.readString(ROOT.resolve("ops/grafana/broker.json")) + Files.readString(ALERTS);

        assertThat(Meters.values())
                .filteredOn(meter -> meter.prometheusNames().stream().noneMatch(shown::contains))
                .as("meters that nobody looks at")
                .containsExactly(Meters.CLAIMED, Meters.RUNNING, Meters.LANE_QUEUES);
    }

    @Test
    void everyAlertIsInTheRunbookAndLeadsThere() throws IOException {
        String alerts = Files.readString(ALERTS);
        List<String> names =
                all(Pattern.compile("(?<=alert: )\\w+"), alerts).stream().toList();
        String runbook = Files.readString(ROOT.resolve("docs/runbook.md"));

        assertThat(names).hasSizeGreaterThan(10).allSatisfy(name -> {
            assertThat(runbook).contains("\n### " + name + "\n");
            assertThat(alerts).contains("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
        });
    }

    /** Needs promtool, which {@code ./broker test} installs where it can. */
    @Test
    void alertsFireForWhatTheyAreFor() throws IOException, InterruptedException {
        assumeThat(Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "promtool"))))
                .as("promtool is not on PATH (Debian's package is called prometheus): the alert rules are not tried")
                .isTrue();
        Process promtool = new ProcessBuilder("promtool", "test", "rules", "ops/prometheus/alerts.test.yml")
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();

        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(said).isZero();
    }

    private static Set<String> all(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
