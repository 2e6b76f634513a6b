package org.unfoldingword.broker.telemetry;

import java.net.URI;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

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

    TracingProperties {
        if (!otlpEndpoint.isEmpty()) {
            URI address = parse(otlpEndpoint);
            if (address.getHost() == null
                    || !String.valueOf(address.getScheme()).matches("https?")) {
                throw refused(otlpEndpoint);
            }
        }
        if (!(sample >= 0 && sample <= 1)) {
            throw new IllegalArgumentException("broker.tracing.sample: " + sample + " (expected: 0 to 1)");
        }
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
        return new IllegalArgumentException("broker.tracing.otlp-endpoint: " + text
                + " (expected: an http or https address; environment: BROKER_OTLP_ENDPOINT)");
    }
}
