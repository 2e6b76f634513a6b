package org.unfoldingword.broker.operate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns under headings, as wide as their widest cell. A heading that begins with {@code >} is aligned to the right. */
final class Table {

    private static final int CELL_MAX = 72;

    private final List<String> headings;
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.right = new boolean[headings.length];
        this.headings = new ArrayList<>();
        for (int i = 0; i < headings.length; i++) {
            right[i] = headings[i].startsWith(">");
            this.headings.add(right[i] ? headings[i].substring(1) : headings[i]);
        }
    }

    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::shortened).toList());
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void print(Screen screen) {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = headings.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        screen.line(screen.paint(Screen.Tone.FAINT, format(headings, widths, screen, /* painted= */ false)));
        for (List<String> row : rows) {
            screen.line(format(row, widths, screen, /* painted= */ true));
        }
    }

    private String format(List<String> cells, int[] widths, Screen screen, boolean painted) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            String gap = " ".repeat(widths[i] - cell.length());
            String shown = painted ? screen.paint(Screen.toneOf(cell), cell) : cell;
            line.append(right[i] ? gap + shown : shown + gap).append("  ");
        }
        return line.toString().stripTrailing();
    }

    private static String shortened(String cell) {
        String flat = cell.replaceAll("\\p{Cntrl}+", " ");
        return flat.length() > CELL_MAX ? flat.substring(0, CELL_MAX - 1) + "…" : flat;
    }
}
