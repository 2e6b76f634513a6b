package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What ships may be passed on under the broker's own licence, MIT. Read from the bill of materials that the build has made. */
class LicencesIT {

    /** Where several are named, the user has the choice. */
    private static final Set<String> TAKEN =
            Set.of("Apache-2.0", "MIT", "MIT-0", "EPL-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "Public Domain");

    @Test
    void allThatShipsHasALicenceThatLetsItBePassedOn() throws IOException {
        Path bill =
                Path.of(System.getProperty("broker.jar")).resolveSibling("classes/META-INF/sbom/application.cdx.json");
        Assumptions.assumeTrue(Files.exists(bill), "no bill of materials: ./broker test makes it, from the registries");
        JsonNode components = new ObjectMapper().readTree(bill.toFile()).path("components");
        List<String> others = new ArrayList<>();
        for (JsonNode component : components) {
            List<String> licences = licences(component);
            if (licences.stream().noneMatch(TAKEN::contains)) {
                others.add(component.path("purl").asText() + " " + licences);
            }
        }
        assertThat(components.size()).as("components in " + bill).isGreaterThan(50);
        assertThat(others).as("with none of " + TAKEN).isEmpty();
    }

    private static List<String> licences(JsonNode component) {
        List<String> licences = new ArrayList<>();
        for (JsonNode choice : component.path("licenses")) {
            JsonNode licence = choice.path("license");
            licences.add(choice.path("expression")
                    .asText(licence.path("id").asText(licence.path("name").asText())));
        }
        return licences;
    }
}
