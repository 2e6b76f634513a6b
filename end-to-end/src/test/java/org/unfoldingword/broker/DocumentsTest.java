package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages hang together: what they lead to is there, and what they offer for pasting is recognised as such. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern FENCE =
            Pattern.compile("^ *```([^\n]*)\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void everyLinkLeadsToAFileAndAHeading() {
        Map<String, String> pages = Documents.pages();
        List<String> dead = new ArrayList<>();
        pages.forEach((page, markdown) -> links(markdown)
                .filter(link -> !link.startsWith("http"))
                .filter(link -> !leadsSomewhere(pages, page, link))
                .forEach(link -> dead.add(page + ": " + link)));
        assertThat(dead).isEmpty();
    }

    @Test
    void theReadmeLeadsToEveryPage() {
        Map<String, String> pages = Documents.pages();
        Set<String> unreached = new TreeSet<>(pages.keySet());
        reach("README.md", pages, unreached);
        unreached.removeIf(page -> page.startsWith(".github/"));
        assertThat(unreached).as("pages that no page leads to from the README").isEmpty();
    }

    /** Or a block for pasting could hide from those who run them: see {@link DocumentedCommandsIT}. */
    @Test
    void whatIsForPastingIsMarkedAsShell() {
        Set<String> languages = Set.of("", "sh", "json", "mermaid", "ts", "python", "java", "toml");
        Pattern command = Pattern.compile("(?m)^ *(\\$ |\\./broker |curl |redis-cli |docker |fly |mvn |npm |git )");
        Documents.pages().forEach((page, markdown) -> {
            for (MatchResult block : FENCE.matcher(markdown).results().toList()) {
                assertThat(block.group(1))
                        .as(page + ": the language of a block")
                        .isIn(languages);
                assertThat(!block.group(1).equals("sh")
                                && command.matcher(block.group(2)).find())
                        .as(page + ": a command in a block that is not sh:\n" + block.group(2))
                        .isFalse();
            }
        });
    }

    @Test
    void everyClassAndScriptThatAPageNamesIsThere() throws IOException {
        Set<String> libraries =
                Set.of("ThreadLocalRandom", "TimeLimiter", "CircuitBreaker", "HdrHistogram", "HmacSHA256");
        Set<String> sources = sources();
        Pattern named = Pattern.compile("`((?:[A-Z][a-z]+(?:[A-Z][A-Za-z0-9]*)+(?=[`.]))|[a-z]+\\.lua)");
        Documents.pages().forEach((page, markdown) -> {
            // These tell of other programs' classes.
            if (!page.startsWith("clients/") && !page.startsWith("docs/migration/issues/")) {
                assertThat(named.matcher(Documents.prose(markdown)).results().map(name -> name.group(1)))
                        .as(page)
                        .filteredOn(name -> !libraries.contains(name))
                        .allSatisfy(name ->
                                assertThat(sources).contains(name.endsWith(".lua") ? name : name.concat(".java")));
            }
        });
    }

    /** The names of all source files of all modules. */
    private static Set<String> sources() throws IOException {
        Set<String> sources = new HashSet<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.map(path -> path.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(module)) {
                    files.forEach(file -> sources.add(file.getFileName().toString()));
                }
            }
        }
        return sources;
    }

    private static Stream<String> links(String markdown) {
        return LINK.matcher(Documents.prose(markdown)).results().map(link -> link.group(1));
    }

    private static void reach(String page, Map<String, String> pages, Set<String> unreached) {
        if (unreached.remove(page)) {
            links(pages.get(page)).map(link -> target(page, link)).forEach(target -> unreached.stream()
                    .filter(other -> other.equals(target) || Path.of(other).startsWith(target))
                    .toList()
                    .forEach(other -> reach(other, pages, unreached)));
        }
    }

    private static boolean leadsSomewhere(Map<String, String> pages, String page, String link) {
        String target = target(page, link);
        String anchor = link.contains("#") ? link.substring(link.indexOf('#') + 1) : "";
        return Files.exists(ROOT.resolve(target))
                && (anchor.isEmpty() || anchors(pages.getOrDefault(target, "")).contains(anchor));
    }

    /** From the root. */
    private static String target(String page, String link) {
        String path = link.replaceFirst("#.*", "");
        return path.isEmpty()
                ? page
                : Path.of(page).resolveSibling(path).normalize().toString();
    }

    /** As GitHub makes them. */
    private static List<String> anchors(String markdown) {
        List<String> anchors = new ArrayList<>();
        Matcher heading = HEADING.matcher(Documents.prose(markdown));
        while (heading.find()) {
            anchors.add(heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                    .strip()
                    .replace(' ', '-'));
        }
        return anchors;
    }
}
