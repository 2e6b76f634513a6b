package org.unfoldingword.broker.ingest;

import io.swagger.v3.core.util.Yaml31;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Lays what {@code openapi.yaml} says over what springdoc finds in the controllers. A route that nobody has described yet still
 * shows, as springdoc sees it; a test demands that there is none.
 */
final class ApiDescription implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI found) {
        OpenAPI described = read();
        found.setInfo(described.getInfo());
        found.setServers(described.getServers());
        found.setSecurity(described.getSecurity());
        found.setTags(described.getTags());
        found.setComponents(described.getComponents());
        described.getPaths().forEach((path, item) -> found.getPaths().addPathItem(path, item));
    }

    private static OpenAPI read() {
        try (InputStream in = ApiDescription.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml: not on the class path");
            }
            return Yaml31.mapper().readValue(in, OpenAPI.class);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
