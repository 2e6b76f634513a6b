package org.unfoldingword.broker.access;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * Who may ask.
 *
 * @param apiKey one key that may do all; empty: none
 * @param apiKeysFile a file of many keys, described in docs/security.md; empty: none
 * @param reread how long a change of that file may go unnoticed: a withdrawn key works for so long
 */
@ConfigurationProperties("broker.access")
record AccessProperties(
        @DefaultValue("") SecretText apiKey,
        @DefaultValue("") String apiKeysFile,
        @DefaultValue("2s") Duration reread) {

    AccessProperties {
        Settings settings = new Settings("broker.access");
        settings.expect(
                apiKey.reveal().matches("[!-~]{0,256}"),
                "api-key",
                "(not shown)",
                "at most 256 printable ASCII characters, no space; environment: BROKER_API_KEY");
        boolean bounded = reread.compareTo(Duration.ofMillis(100)) >= 0 && reread.compareTo(Duration.ofHours(1)) <= 0;
        settings.expect(bounded, "reread", reread, "100ms to 1h");
    }

    Optional<SecretText> single() {
        return apiKey.reveal().isEmpty() ? Optional.empty() : Optional.of(apiKey);
    }

    Optional<Path> file() {
        return apiKeysFile.isBlank() ? Optional.empty() : Optional.of(Path.of(apiKeysFile));
    }
}
