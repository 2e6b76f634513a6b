package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What is deployed by files that no compiler reads: they name commands, variables, ports and times of the code, and must keep
 * up with it.
 */
class ShippedFilesTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern PINNED = Pattern.compile("[\\w.-]+/[\\w./-]+@[0-9a-f]{40}");

    private final JsonNode compose = yaml("docker-compose.yml");
    private final JsonNode fly = toml("fly.toml");

    @Test
    void composeRunsEachRoleAndOnlyKnownCommands() {
        Set<String> commands = Launcher.commandLine().getSubcommands().keySet();
        List<String> run =
                built().map(service -> service.at("/command/0").asText()).toList();

        assertThat(run).contains(roles()).isSubsetOf(commands);
    }

    @Test
    void flyRunsEachRoleAsAGroupOfItsOwn() {
        assertThat(fly.path("processes").properties())
                .allSatisfy(group -> assertThat(group.getValue().asText()).isEqualTo(group.getKey()))
                .extracting(group -> group.getKey())
                .containsExactlyInAnyOrder(roles());
        assertThat(fly.path("vm"))
                .flatExtracting(vm -> texts(vm.path("processes")))
                .containsExactlyInAnyOrder(roles());
        assertThat(texts(fly.at("/checks/ready/processes"))).containsExactlyInAnyOrder(roles());
    }

    @Test
    void variablesAreThoseOfTheSettings() throws IOException {
        Set<String> known = Stream.concat(
                        ConfigurationPage.lines().values().stream().flatMap(line -> line.variable().stream()),
                        ConfigurationPage.settings().stream().map(setting -> variable(setting.name())))
                .collect(Collectors.toSet());

        assertThat(fly.path("env").properties())
                .extracting(entry -> entry.getKey())
                .isSubsetOf(known);
        assertThat(built().flatMap(service -> service.path("environment").properties().stream()))
                .extracting(entry -> entry.getKey())
                .filteredOn(name -> !name.equals("<<"))
                .isSubsetOf(known);
        assertThat(compose.path("x-environment").properties())
                .extracting(entry -> entry.getKey())
                .isSubsetOf(known);
    }

    @Test
    void portsAreThoseOfTheSettings() throws IOException {
        String port = byDefault("server.port");
        String managementPort = byDefault("management.server.port");

        assertThat(fly.at("/services/0/internal_port").asText()).isEqualTo(port);
        assertThat(fly.at("/checks/ready/port").asText()).isEqualTo(managementPort);
        assertThat(fly.at("/metrics/port").asText()).isEqualTo(managementPort);
        assertThat(texts(compose.at("/services/ingest-api/ports"))).containsExactly("127.0.0.1:8080:" + port);
        assertThat(yaml("ops/prometheus/prometheus.yml")
                        .at("/scrape_configs/0/dns_sd_configs/0/port")
                        .asText())
                .isEqualTo(managementPort);
        assertThat(ROOT.resolve("Dockerfile")).content().contains("\nEXPOSE " + port + " " + managementPort + "\n");
    }

    /** A process that is killed while it drains leaves its work to the lapse of leases, and a call to chance. */
    @Test
    void nobodyIsKilledWhileDraining() throws IOException {
        assertThat(time(compose.at("/x-role/stop_grace_period").asText()))
                .isGreaterThan(
                        time(compose.at("/x-environment/BROKER_STOP_WITHIN").asText()));
        assertThat(Duration.ofSeconds(fly.path("kill_timeout").asLong()))
                .isGreaterThan(time(fly.at("/env/BROKER_STOP_WITHIN").asText()))
                .isLessThanOrEqualTo(Duration.ofMinutes(5)); // Fly's own bound
        assertThat(fly.path("kill_signal").asText()).isEqualTo("SIGTERM");
    }

    /** A held request is silent, and Fly's proxy ends silent connections. */
    @Test
    void flyHoldsLongerThanTheBroker() throws IOException {
        long idleSeconds =
                fly.at("/services/0/ports/1/http_options/idle_timeout").asLong();

        assertThat(Duration.ofSeconds(idleSeconds)).isGreaterThan(time(byDefault("broker.ingest.sync-wait")));
    }

    /** A deliverer without the keys of ingest-api has no token to show in a callback in the worker's shape. */
    @Test
    void whoChecksKeysAndWhoShowsThemHaveTheSame() {
        List<String> variables = List.of("BROKER_API_KEY", "BROKER_API_KEYS_FILE");
        for (Role role : List.of(Role.INGEST_API, Role.CALLBACK_DELIVERER)) {
            JsonNode service = compose.path("services").path(role.word());
            assertThat(service.path("environment").properties())
                    .as(role.word())
                    .extracting(entry -> entry.getKey())
                    .containsAll(variables);
            String file = service.at("/environment/BROKER_API_KEYS_FILE").asText();
            String folder = Path.of(file.replaceAll("^\\$\\{\\w+:\\+|}$", ""))
                    .getParent()
                    .toString();
            assertThat(texts(service.path("volumes")))
                    .as(role.word())
                    .anyMatch(mount -> mount.endsWith(folder + ":ro"));
        }
    }

    /** For flyctl a section that names no group is that of the first group by name alone. */
    @Test
    void flySectionsNameTheGroupsThatTheyAreFor() {
        Stream<JsonNode> sections = Stream.of("services", "files", "metrics", "restart", "vm")
                .map(fly::path)
                .flatMap(section -> section.isArray() ? section.valueStream() : Stream.of(section))
                .filter(section -> !section.isMissingNode());

        assertThat(Stream.concat(sections, fly.path("checks").valueStream()))
                .isNotEmpty()
                .allSatisfy(section -> assertThat(texts(section.path("processes")))
                        .isNotEmpty()
                        .isSubsetOf(roles()));
        assertThat(texts(fly.at("/restart/0/processes"))).containsExactlyInAnyOrder(roles());
        assertThat(texts(fly.at("/metrics/processes"))).containsExactlyInAnyOrder(roles());
    }

    /** By name: builders without BuildKit do not look into a directory that only a wildcard takes back in. */
    @Test
    void theImageIsBuiltOfAllModules() throws IOException {
        List<String> modules = Pattern.compile("<module>(.+)</module>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(module -> "!" + module.group(1))
                .toList();

        assertThat(Files.readAllLines(ROOT.resolve(".dockerignore")))
                .isNotEmpty()
                .containsAll(modules);
        assertThat(modules).hasSizeGreaterThan(1);
    }

    @Test
    void composeUsesARedisThatKeepsWhatItAccepted() {
        assertThat(texts(compose.at("/services/redis/command")))
                .containsSequence("--appendonly", "yes")
                .containsSequence("--maxmemory-policy", "noeviction");
    }

    @Test
    void actionsArePinnedToACommit() throws IOException {
        List<JsonNode> workflows;
        try (Stream<Path> files = Files.list(ROOT.resolve(".github/workflows"))) {
            workflows =
                    files.map(file -> yaml(ROOT.relativize(file).toString())).toList();
        }

        assertThat(workflows).hasSizeGreaterThan(1).allSatisfy(workflow -> {
            assertThat(workflow.path("jobs").isEmpty()).isFalse();
            assertThat(workflow.path("permissions").path("contents").asText()).isEqualTo("read");
        });
        assertThat(workflows)
                .flatExtracting(workflow -> workflow.findValuesAsText("uses"))
                .isNotEmpty()
                .allSatisfy(use -> assertThat(use).matches(PINNED));
    }

    private Stream<JsonNode> built() {
        return StreamSupport.stream(compose.path("services").spliterator(), false)
                .filter(service -> service.has("command") && service.has("build"));
    }

    private static String[] roles() {
        return Stream.of(Role.values()).map(Role::word).toArray(String[]::new);
    }

    /** As docs/configuration.md says that any property may be written. */
    private static String variable(String property) {
        return property.replace('.', '_').replace("-", "").toUpperCase(Locale.ROOT);
    }

    private static String byDefault(String property) throws IOException {
        ConfigurationPage.Line line = ConfigurationPage.lines().get(property);
        if (line != null) {
            return line.byDefault();
        }
        return ConfigurationPage.settings().stream()
                .filter(setting -> setting.name().equals(property))
                .map(ConfigurationPage.Setting::byDefault)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no setting " + property));
    }

    private static Duration time(String text) {
        return DurationStyle.SIMPLE.parse(text);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static JsonNode toml(String file) {
        try {
            return new TomlMapper().readTree(ROOT.resolve(file).toFile());
        } catch (IOException malformed) {
            throw new AssertionError(file + ": " + malformed.getMessage(), malformed);
        }
    }

    /** Not with Jackson's YAML: a dependency for tests would take it out of the jar, where the API's description needs it. */
    private static JsonNode yaml(String file) {
        try {
            return new ObjectMapper().valueToTree(new Yaml().load(Files.readString(ROOT.resolve(file))));
        } catch (IOException | YAMLException malformed) {
            throw new AssertionError(file + ": " + malformed.getMessage(), malformed);
        }
    }
}
