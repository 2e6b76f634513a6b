package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.message.Json;

/** {@code /pauses}, {@code /pause} and {@code /resume}: stops a conversation, an org or all, and lets them go on. */
@RestController
@Needs(Right.OPERATE)
final class PausesController {

    private static final int REASON_MAX = 500;

    private final Operations operations;

    PausesController(Operations operations) {
        this.operations = operations;
    }

    @GetMapping("/api/v1/operator/pauses")
    ResponseEntity<byte[]> list() {
        ObjectNode json = Json.object();
        ArrayNode pauses = json.putArray("pauses");
        operations.pauses().forEach(pause -> pauses.add(OperatorView.pause(pause)));
        return OperatorView.ok(json);
    }

    @PostMapping("/api/v1/operator/pause")
    ResponseEntity<byte[]> pause(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        Scope scope = scope(body);
        String reason = body.text("reason").orElse("").replaceAll("\\s+", " ").strip();
        if (reason.length() > REASON_MAX) {
            throw Problem.field("reason", reason, "at most " + REASON_MAX + " characters");
        }
        String who = OperatorRequest.who(request);
        boolean changed = body.dryRun() ? !paused(scope) : operations.pause(scope, who, reason);
        return answer(body, who, "pause", scope, changed, reason);
    }

    @PostMapping("/api/v1/operator/resume")
    ResponseEntity<byte[]> resume(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        Scope scope = scope(body);
        boolean changed = body.dryRun() ? paused(scope) : operations.resume(scope);
        return answer(body, OperatorRequest.who(request), "resume", scope, changed, "");
    }

    private ResponseEntity<byte[]> answer(
            OperatorRequest.Body body, String who, String what, Scope scope, boolean changed, String detail) {
        if (changed && !body.dryRun()) {
            operations.log(who, what, scope.word(), 1, detail);
        }
        return OperatorView.ok(
                OperatorView.scope(scope).put("dry_run", body.dryRun()).put("changed", changed));
    }

    private boolean paused(Scope scope) {
        return operations.pauses().stream().anyMatch(pause -> pause.scope().equals(scope));
    }

    /** Exactly one of {@code conversation}, {@code org_id} and {@code all}. */
    private static Scope scope(OperatorRequest.Body body) {
        Optional<String> conversation = body.text("conversation");
        Optional<String> org = body.text("org_id");
        boolean all = body.flag("all");
        if ((conversation.isPresent() ? 1 : 0) + (org.isPresent() ? 1 : 0) + (all ? 1 : 0) != 1) {
            throw Problem.field("scope", "none or several", "exactly one of conversation, org_id and \"all\": true");
        }
        return conversation
                .<Scope>map(name -> new Scope.One(OperatorRequest.conversation(name)))
                .or(() -> org.map(Scope.Org::new))
                .orElseGet(Scope.All::new);
    }
}
