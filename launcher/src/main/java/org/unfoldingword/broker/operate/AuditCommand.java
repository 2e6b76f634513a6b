package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;

/** Do the accounts hold? */
@Command(
        name = "audit",
        description = {
            "Whether every message that came in waits, runs, is delayed or has ended, and every key has an owner.",
            "Reads all keys. Exit status 1 if anything is wrong."
        })
final class AuditCommand extends OperatorCommand {

    @Override
    Exit run(OperatorApi api, Screen screen) {
        JsonNode report = api.patient().get("/audit", Map.of());
        Exit exit = report.path("clean").asBoolean() ? Exit.OK : Exit.FOUND;
        if (json) {
            screen.json(report);
            return exit;
        }
        Table table = new Table("lane", ">came in", ">waiting", ">running", ">delayed", ">went out", "holds");
        for (String lane : new String[] {"messages", "callbacks"}) {
            long[] sums = new long[5];
            boolean holds = true;
            for (JsonNode account : report.path("accounts")) {
                if (account.path("lane").asText().equals(lane)) {
                    String[] fields = {"in", "waiting", "running", "delayed", "out"};
                    for (int i = 0; i < fields.length; i++) {
                        sums[i] += account.path(fields[i]).asLong();
                    }
                    holds &= account.path("holds").asBoolean();
                }
            }
            table.row(
                    lane,
                    Long.toString(sums[0]),
                    Long.toString(sums[1]),
                    Long.toString(sums[2]),
                    Long.toString(sums[3]),
                    Long.toString(sums[4]),
                    holds ? "yes" : "NO");
        }
        table.print(screen);
        long unjudged = 0;
        for (JsonNode account : report.path("accounts")) {
            unjudged += account.path("judged").asBoolean() ? 0 : 1;
        }
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
}
