package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;

/**
 * What was measured, as a table and as JSON. Rows of the same name are rounds of the same thing: their medians are told, and how
 * far they lie apart. Confined to the thread that runs the scenarios.
 */
final class Report {

    private static final List<String> HEAD =
            List.of("name", "n", "p50 ms", "p99 ms", "max ms", "value", "rounds", "goal", "met?");

    private final boolean quick;
    private final Instant startedAt = Instant.now();
    /** Others' work on this machine falsifies what is measured, so it is told. */
    private final double loadAverage =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

    private final Map<String, List<Row>> rows = new LinkedHashMap<>();

    Report(boolean quick) {
        this.quick = quick;
    }

    void add(Row row) {
        rows.computeIfAbsent(row.name(), first -> new ArrayList<>()).add(row);
    }

    /** Pairs two amounts round by round, so that a machine whose speed drifts does not matter. Nothing measured, no row. */
    void ratio(String name, String numerator, String denominator, double atLeast) {
        List<Row> above = rows.getOrDefault(numerator, List.of());
        List<Row> below = rows.getOrDefault(denominator, List.of());
        for (int round = 0; round < Math.min(above.size(), below.size()); round++) {
            Row one = above.get(round);
            add(Row.amount(name, one.n(), one.value() / below.get(round).value())
                    .atLeast(atLeast));
        }
    }

    boolean met() {
        return rows.values().stream().allMatch(rounds -> met(rounds).orElse(true));
    }

    /** Columns as wide as what is in them; those in which nothing is are left out. */
    String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        rows.values().forEach(rounds -> lines.add(line(rounds)));
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder shown = new StringBuilder();
            for (int column = 0; column < HEAD.size(); column++) {
                int width = width(lines, column);
                if (width > 0) {
                    boolean number = column > 0 && column < HEAD.indexOf("rounds");
                    shown.append(("%" + (number ? "" : "-") + width + "s  ").formatted(line.get(column)));
                }
            }
            table.append(shown.toString().stripTrailing()).append("\n");
        }
        table.append("%d processors, load average before: %s%n"
                .formatted(Runtime.getRuntime().availableProcessors(), Row.shown(loadAverage)));
        return table.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        boolean any = lines.stream().skip(1).anyMatch(line -> !line.get(column).isEmpty());
        return any
                ? lines.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElse(0)
                : 0;
    }

    void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.resolveSibling(""));
        Files.writeString(target, json());
    }

    String json() {
        ObjectNode json = Json.object()
                .put("started_at", startedAt.toString())
                .put("quick", quick)
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("load_average_before", loadAverage)
                .put("java", Runtime.version().toString())
                .put("met", met());
        rows.values()
                .forEach(rounds -> describe(rounds, json.withArray("results").addObject()));
        return json.toPrettyString() + "\n";
    }

    private static Optional<Boolean> met(List<Row> rounds) {
        List<Row> judged =
                rounds.getFirst().goal().map(Row.Goal::everyRound).orElse(false) ? rounds : List.of(Row.median(rounds));
        return rounds.getFirst().goal().map(goal -> judged.stream()
                .allMatch(row -> goal.holds().test(row.measure())));
    }

    private static List<String> line(List<Row> rounds) {
        Row row = Row.median(rounds);
        List<String> figures =
                switch (row.measure()) {
                    case Row.Measure.Spread(double p50, double p99, double max) ->
                        List.of(Row.shown(p50), Row.shown(p99), Row.shown(max), "");
                    case Row.Measure.Amount(double value) -> List.of("", "", "", Row.shown(value));
                };
        List<String> line = new ArrayList<>(List.of(row.name(), Long.toString(row.n())));
        line.addAll(figures);
        line.add(apart(rounds));
        line.add(row.goal().map(Row.Goal::text).orElse(""));
        line.add(met(rounds).map(it -> it ? "yes" : "NO").orElse(""));
        return line;
    }

    private static String apart(List<Row> rounds) {
        double[] sorted = rounds.stream().mapToDouble(Row::value).sorted().toArray();
        return sorted.length == 1 ? "" : Row.shown(sorted[0]) + " … " + Row.shown(sorted[sorted.length - 1]);
    }

    private static void describe(List<Row> rounds, ObjectNode json) {
        Row row = Row.median(rounds);
        json.put("name", row.name()).put("n", row.n());
        switch (row.measure()) {
            case Row.Measure.Spread(double p50, double p99, double max) ->
                json.put("p50_ms", p50).put("p99_ms", p99).put("max_ms", max);
            case Row.Measure.Amount(double value) -> json.put("value", value);
        }
        if (rounds.size() > 1) {
            rounds.forEach(round -> json.withArray("rounds").add(round.value()));
        }
        row.goal().ifPresent(goal -> json.put("goal", goal.text()));
        met(rounds).ifPresent(met -> json.put("met", met));
    }
}
