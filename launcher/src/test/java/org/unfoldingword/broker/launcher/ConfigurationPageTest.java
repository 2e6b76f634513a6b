package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code ./broker docs} writes the page; the build only compares. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void isWhatTheSettingsSay() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, ConfigurationPage.text());
        }
        assertThat(PAGE).as("stale; `./broker docs` writes it anew").content().isEqualTo(ConfigurationPage.text());
    }

    @Test
    void everySettingIsExplained() throws IOException {
        assertThat(ConfigurationPage.settings()).hasSizeGreaterThan(30).allSatisfy(setting -> assertThat(
                        setting.description())
                .as("the @param of " + setting.name())
                .isNotBlank());
    }

    @Test
    void everyVariableIsExplained() throws IOException {
        assertThat(ConfigurationPage.lines().values())
                .filteredOn(line -> line.variable().isPresent())
                .hasSizeGreaterThan(20)
                .allSatisfy(line -> assertThat(line.comment())
                        .as("the comment on " + line.property())
                        .isNotBlank());
    }

    @Test
    void defaultsAreTheSameInTheRecordAndInTheYml() throws IOException {
        Map<String, ConfigurationPage.Line> lines = ConfigurationPage.lines();
        List<ConfigurationPage.Setting> both = ConfigurationPage.settings().stream()
                .filter(setting -> lines.containsKey(setting.name()))
                .toList();

        assertThat(both).hasSizeGreaterThan(10).allSatisfy(setting -> assertThat(
                        lines.get(setting.name()).byDefault().replace(" ", ""))
                .as(setting.name())
                .isEqualTo(setting.byDefault().replace(" ", "")));
    }
}
