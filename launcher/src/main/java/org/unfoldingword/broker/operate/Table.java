package org.unfoldingword.broker.operate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Columns under headings, as wide as their widest cell, and no wider together than the screen if that can be. Before a heading,
 * {@code >} aligns its column to the right, {@code ?} leaves it out where there is no room, {@code ~} shortens it; the last one goes
 * on below itself instead.
 */
final class Table {

    private static final int CELL_MAX = 72;
    private static final int SHORTENED_MIN = 12;
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.columns = Arrays.stream(headings).map(Column::of).toList();
    }

    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::oneLine).toList());
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** @param ifEmpty what to say instead of a table without rows */
    void print(Screen screen, String ifEmpty) {
        if (rows.isEmpty()) {
            screen.line(ifEmpty);
        } else {
            print(screen);
        }
    }

    void print(Screen screen) {
        int[] widths = IntStream.range(0, columns.size()).map(this::widest).toArray();
        List<Integer> shown = fit(widths, screen.width());
        List<String> headings = columns.stream().map(Column::heading).toList();
        lines(headings, shown, widths, screen, /* painted= */ false)
                .forEach(line -> screen.line(screen.paint(Screen.Tone.FAINT, line)));
        for (List<String> row : rows) {
            lines(row, shown, widths, screen, /* painted= */ true).forEach(screen::line);
        }
    }

    private int widest(int column) {
        return rows.stream()
                .mapToInt(row -> row.get(column).length())
                .reduce(columns.get(column).heading().length(), Math::max);
    }

    /** Which columns are shown; makes the widths of those that are shortened smaller. */
    private List<Integer> fit(int[] widths, int room) {
        int[] least = IntStream.range(0, widths.length)
                .map(i -> columns.get(i).shortened() ? Math.min(widths[i], SHORTENED_MIN) : widths[i])
                .toArray();
        List<Integer> shown =
                new ArrayList<>(IntStream.range(0, widths.length).boxed().toList());
        for (int i = widths.length - 1; i >= 0 && total(shown, least) > room; i--) {
            if (columns.get(i).leftOut()) {
                shown.remove(Integer.valueOf(i));
            }
        }
        while (total(shown, widths) > room) {
            Optional<Integer> widest =
                    shown.stream().filter(i -> widths[i] > least[i]).max(Comparator.comparingInt(i -> widths[i]));
            if (widest.isEmpty()) {
                break;
            }
            widths[widest.get()]--;
        }
        return shown;
    }

    private static int total(List<Integer> shown, int[] widths) {
        return shown.stream().mapToInt(i -> widths[i]).sum() + GAP.length() * (shown.size() - 1);
    }

    private List<String> lines(List<String> cells, List<Integer> shown, int[] widths, Screen screen, boolean painted) {
        int last = shown.getLast();
        List<String> endings = columns.get(last).shortened()
                ? Screen.wrapped(cells.get(last), widths[last])
                : List.of(cells.get(last));
        List<String> lines = new ArrayList<>();
        for (int n = 0; n < endings.size(); n++) {
            StringBuilder line = new StringBuilder();
            for (int i : shown) {
                String whole = i == last ? endings.get(n) : n == 0 ? cells.get(i) : "";
                String cell = cut(whole, widths[i]);
                String gap = " ".repeat(widths[i] - cell.length());
                String said = painted ? screen.paint(Screen.toneOf(cell), cell) : cell;
                line.append(columns.get(i).right() ? gap + said : said + gap).append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String oneLine(String cell) {
        return cut(cell.replaceAll("\\p{Cntrl}+", " "), CELL_MAX);
    }

    private static String cut(String text, int width) {
        return text.length() > width ? text.substring(0, width - 1) + "…" : text;
    }

    private record Column(String heading, boolean right, boolean leftOut, boolean shortened) {

        static Column of(String text) {
            String heading = text.replaceFirst("^[>?~]+", "");
            String signs = text.substring(0, text.length() - heading.length());
            return new Column(heading, signs.contains(">"), signs.contains("?"), signs.contains("~"));
        }
    }
}
