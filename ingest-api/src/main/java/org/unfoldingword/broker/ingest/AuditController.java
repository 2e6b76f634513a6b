package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Action;
import org.unfoldingword.broker.lane.AuditReport;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.message.Json;

/** {@code /audit} and {@code /actions}: whether the accounts hold, and what operators did. */
@RestController
@Needs(Right.OPERATE)
final class AuditController {

    private final Operations operations;

    AuditController(Operations operations) {
        this.operations = operations;
    }

    @GetMapping("/api/v1/operator/audit")
    ResponseEntity<byte[]> audit() {
        AuditReport report = operations.audit();
        ObjectNode json = Json.object();
        json.put("at", report.at().toString());
        json.put("clean", report.clean());
        json.put("keys", report.keys());
        ArrayNode accounts = json.putArray("accounts");
        for (AuditReport.Account account : report.accounts()) {
            accounts.addObject()
                    .put("partition", account.partition())
                    .put("lane", account.lane().word())
                    .put("in", account.in())
                    .put("waiting", account.waiting())
                    .put("running", account.running())
                    .put("delayed", account.delayed())
                    .put("out", account.out())
                    .put("judged", account.judged())
                    .put("holds", account.holds());
        }
        ArrayNode findings = json.putArray("findings");
        report.findings()
                .forEach(finding ->
                        findings.addObject().put("where", finding.where()).put("what", finding.what()));
        return OperatorView.ok(json);
    }

    @GetMapping("/api/v1/operator/actions")
    ResponseEntity<byte[]> actions(@RequestParam Optional<String> cursor, @RequestParam Optional<Integer> limit) {
        String before = cursor.orElse("");
        if (!before.matches("(\\d{1,15}-\\d{1,15})?")) {
            throw Problem.field("cursor", before, "the next_cursor of a page before");
        }
        int most = OperatorRequest.limit(limit);
        List<Action> latest = operations.actions(before, most);
        ObjectNode json = Json.object();
        ArrayNode items = json.putArray("actions");
        for (Action action : latest) {
            items.addObject()
                    .put("at", action.at().toString())
                    .put("by", action.who())
                    .put("action", action.what())
                    .put("target", action.target())
                    .put("count", action.count())
                    .put("detail", action.detail());
        }
        json.put("next_cursor", latest.size() < most ? null : latest.getLast().id());
        return OperatorView.ok(json);
    }
}
