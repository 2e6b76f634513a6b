package org.unfoldingword.broker.telemetry;

import java.net.URI;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * Where traces go.
 *
 * @param otlpEndpoint the whole address that takes OTLP over HTTP, such as {@code http://collector:4318/v1/traces}; empty: traces
 *     are off and cost nothing
 * @param sample the part of the traces begun here that is kept, 0 to 1; a client that says whether its trace is kept is followed
 */
@ConfigurationProperties("broker.tracing")
record TracingProperties(
        @DefaultValue("") String otlpEndpoint,
        @DefaultValue("1.0") double sample) {

    private static final Settings SETTINGS = new Settings("broker.tracing");

    TracingProperties {
        if (!otlpEndpoint.isEmpty()) {
            URI address = parse(otlpEndpoint);
            if (address.getHost() == null
                    || !String.valueOf(address.getScheme()).matches("https?")) {
                throw refused(otlpEndpoint);
            }
        }
        SETTINGS.expect(sample >= 0 && sample <= 1, "sample", sample, "0 to 1");
    }

    Optional<String> endpoint() {
        return otlpEndpoint.isEmpty() ? Optional.empty() : Optional.of(otlpEndpoint);
    }

    private static URI parse(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException garbled) {
            throw refused(text);
        }
    }

    private static IllegalArgumentException refused(String text) {
        return SETTINGS.refused("otlp-endpoint", text, "an http or https address; environment: BROKER_OTLP_ENDPOINT");
    }
}
