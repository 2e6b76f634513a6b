package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unfoldingword.broker.message.Json;

/** What was measured, as a table and as JSON. Confined to the thread that runs the scenarios. */
final class Report {

    private static final String LINE = "%-46s %7s %9s %9s %9s %9s  %-12s %s%n";

    private final boolean quick;
    private final Instant startedAt = Instant.now();
    /** Others' work on this machine falsifies what is measured, so it is told. */
    private final double loadAverage =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

    private final List<Row> rows = new ArrayList<>();

    Report(boolean quick) {
        this.quick = quick;
    }

    void progress(String what) {
        System.err.println("bench: " + what);
    }

    void add(Row row) {
        rows.add(row);
        System.err.print(line(row));
    }

    boolean met() {
        return rows.stream().flatMap(row -> row.goal().stream()).allMatch(Row.Goal::met);
    }

    String table() {
        StringBuilder table =
                new StringBuilder(LINE.formatted("name", "n", "p50 ms", "p99 ms", "max ms", "value", "goal", "met?"));
        for (Row row : rows) {
            table.append(line(row));
        }
        table.append("%d processors, load average before: %s%n"
                .formatted(Runtime.getRuntime().availableProcessors(), shown(loadAverage)));
        return table.toString();
    }

    void write(Path file) throws IOException {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("started_at", startedAt.toString())
                .put("quick", quick)
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("load_average_before", loadAverage)
                .put("java", Runtime.version().toString())
                .put("met", met());
        rows.forEach(row -> describe(row, json.withArray("results").addObject()));
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.resolveSibling(""));
        Files.writeString(target, json.toPrettyString() + "\n");
    }

    private static String line(Row row) {
        String goal = row.goal().map(Row.Goal::text).orElse("");
        String met = row.goal().map(it -> it.met() ? "yes" : "NO").orElse("");
        return switch (row.measure()) {
            case Row.Measure.Spread(double p50, double p99, double max) ->
                LINE.formatted(row.name(), row.n(), shown(p50), shown(p99), shown(max), "", goal, met);
            case Row.Measure.Amount(double value) ->
                LINE.formatted(row.name(), row.n(), "", "", "", shown(value), goal, met);
        };
    }

    private static void describe(Row row, ObjectNode json) {
        json.put("name", row.name()).put("n", row.n());
        switch (row.measure()) {
            case Row.Measure.Spread(double p50, double p99, double max) ->
                json.put("p50_ms", p50).put("p99_ms", p99).put("max_ms", max);
            case Row.Measure.Amount(double value) -> json.put("value", value);
        }
        row.goal().ifPresent(goal -> json.put("goal", goal.text()).put("met", goal.met()));
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value);
    }
}
