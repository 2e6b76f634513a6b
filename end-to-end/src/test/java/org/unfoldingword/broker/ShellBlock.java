package org.unfoldingword.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page offers for pasting: a fenced block of {@code sh}.
 *
 * @param line of its first command, from 1
 * @param notRun why no test runs it, if none does
 */
record ShellBlock(String page, int line, String text, Optional<String> notRun) {

    private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: (.+) -->");

    static List<ShellBlock> of(String page, String markdown) {
        List<ShellBlock> blocks = new ArrayList<>();
        List<String> lines = markdown.lines().toList();
        Optional<String> notRun = Optional.empty();
        for (int i = 0; i < lines.size(); i++) {
            Matcher mark = NOT_RUN.matcher(lines.get(i).strip());
            if (mark.matches()) {
                notRun = Optional.of(mark.group(1));
            } else if (lines.get(i).equals("```sh")) {
                int from = i + 1;
                int to = from;
                while (to < lines.size() && !lines.get(to).equals("```")) {
                    to++;
                }
                blocks.add(new ShellBlock(page, from + 1, String.join("\n", lines.subList(from, to)), notRun));
                i = to;
                notRun = Optional.empty();
            } else if (!lines.get(i).isBlank()) {
                notRun = Optional.empty();
            }
        }
        return blocks;
    }

    /** Whether it asks a Redis with the states that the page is about: {@code DocumentedCommandsTest} makes them and asks it. */
    boolean asksRedis() {
        return text.lines().allMatch(line -> line.startsWith("redis-cli -p PORT "));
    }

    @Override
    public String toString() {
        return page + ":" + line;
    }
}
