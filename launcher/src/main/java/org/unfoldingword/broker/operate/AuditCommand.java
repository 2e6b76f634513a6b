package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;

/** Do the accounts hold? */
@Command(
        name = "audit",
        description = {
            "Whether every message that came in waits, runs, is delayed or has ended, and every key has an owner.",
            "Reads all keys. Exit status 1 if anything is wrong."
        })
final class AuditCommand extends OperatorCommand {

    private static final List<String> SUMMED = List.of("in", "waiting", "running", "delayed", "out");

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode report = api.patient().get("/audit", Map.of());
        Exit exit = report.path("clean").asBoolean() ? Exit.OK : Exit.FOUND;
        if (json) {
            screen.json(report);
            return exit;
        }
        Table table = new Table("lane", ">came in", ">waiting", ">running", ">delayed", ">went out", "holds");
        for (String lane : List.of("messages", "callbacks")) {
            List<JsonNode> accounts = accounts(report)
                    .filter(account -> account.path("lane").asText().equals(lane))
                    .toList();
            boolean holds =
                    accounts.stream().allMatch(account -> account.path("holds").asBoolean());
            Stream<String> sums = SUMMED.stream()
                    .map(field -> accounts.stream()
                            .mapToLong(account -> account.path(field).asLong())
                            .sum())
                    .map(sum -> Long.toString(sum));
            table.row(Stream.of(Stream.of(lane), sums, Stream.of(holds ? "yes" : "NO"))
                    .flatMap(cells -> cells)
                    .toArray(String[]::new));
        }
        table.print(screen);
        long unjudged = accounts(report)
                .filter(account -> !account.path("judged").asBoolean())
                .count();
        if (unjudged > 0) {
            screen.line(Words.count(unjudged, "account") + " not judged: too many queues to count at one moment");
        }
        screen.line(Words.count(report.path("keys").asLong(), "key") + " looked at, "
                + Words.count(report.path("findings").size(), "finding"));
        report.path("findings")
                .forEach(finding -> screen.line(
                        screen.paint(Screen.Tone.BAD, finding.path("where").asText()) + ": "
                                + finding.path("what").asText()));
        return exit;
    }

    private static Stream<JsonNode> accounts(JsonNode report) {
        return StreamSupport.stream(report.path("accounts").spliterator(), /* parallel= */ false);
    }
}
