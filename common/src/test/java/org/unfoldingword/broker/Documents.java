package org.unfoldingword.broker;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All pages of the project, and the commands that they name, for the tests that hold them against the code. */
public final class Documents {

    private static final Path ROOT = Path.of("..");
    private static final List<String> FOLDERS = List.of("docs", "clients/typescript", ".github");
    private static final Pattern FENCE = Pattern.compile("^ *```.*?^ *```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SHELL = Pattern.compile("^ *```sh\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private Documents() {}

    /** Each page by its path from the root, such as {@code docs/api.md}. */
    public static SortedMap<String, String> pages() {
        SortedMap<String, String> pages = new TreeMap<>();
        read(ROOT, 1, pages);
        FOLDERS.forEach(folder -> read(ROOT.resolve(folder), folder.equals("docs") ? 4 : 1, pages));
        return pages;
    }

    /** A page without its fenced blocks. */
    public static String prose(String markdown) {
        return FENCE.matcher(markdown).replaceAll("");
    }

    /**
     * A command that a page names, in a shell block or in the text.
     *
     * @param words without the program, as a shell would part them
     */
    public record Command(String page, List<String> words) {}

    /** Every command of every page that begins so, up to what a shell takes for its end. */
    public static List<Command> commands(String program) {
        Pattern called = Pattern.compile("(?:^|[(;&|] *)" + Pattern.quote(program) + " +([^#;&|)\n]+)");
        List<Command> commands = new ArrayList<>();
        pages().forEach((page, markdown) -> {
            for (String code : code(markdown)) {
                Matcher found = called.matcher(code);
                while (found.find()) {
                    commands.add(new Command(page, words(found.group(1).strip())));
                }
            }
        });
        return commands;
    }

    private static void read(Path folder, int depth, SortedMap<String, String> pages) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".md")).toList()) {
                pages.put(ROOT.relativize(file).toString().replace(File.separatorChar, '/'), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> code(String markdown) {
        List<String> code = new ArrayList<>();
        SHELL.matcher(markdown)
                .results()
                .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
                .forEach(code::add);
        INLINE.matcher(prose(markdown)).results().forEach(span -> code.add(span.group(1)));
        return code;
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(Stream.of(1, 2, 3)
                    .map(word::group)
                    .filter(text -> text != null)
                    .findFirst()
                    .orElseThrow());
        }
        return words;
    }
}
