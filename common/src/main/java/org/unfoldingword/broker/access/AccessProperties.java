package org.unfoldingword.broker.access;

import java.nio.file.Path;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * Who may ask.
 *
 * @param apiKey one key that may do all; empty: none
 * @param apiKeysFile a file of many keys, described in docs/security.md; empty: none
 */
@ConfigurationProperties("broker.access")
record AccessProperties(
        @DefaultValue("") SecretText apiKey,
        @DefaultValue("") String apiKeysFile) {

    AccessProperties {
        new Settings("broker.access")
                .expect(
                        apiKey.reveal().matches("[!-~]{0,256}"),
                        "api-key",
                        "(not shown)",
                        "at most 256 printable ASCII characters, no space; environment: BROKER_API_KEY");
    }

    Optional<SecretText> single() {
        return apiKey.reveal().isEmpty() ? Optional.empty() : Optional.of(apiKey);
    }

    Optional<Path> file() {
        return apiKeysFile.isBlank() ? Optional.empty() : Optional.of(Path.of(apiKeysFile));
    }
}
