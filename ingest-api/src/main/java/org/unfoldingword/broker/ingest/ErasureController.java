package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Erased;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;

/** {@code /erase}: takes away all that is kept of a user. */
@RestController
@Needs(Right.OPERATE)
final class ErasureController {

    private final Operations operations;

    ErasureController(Operations operations) {
        this.operations = operations;
    }

    @PostMapping("/api/v1/operator/erase")
    ResponseEntity<byte[]> erase(HttpServletRequest request) throws IOException {
        OperatorRequest.Body body = OperatorRequest.Body.of(request);
        String org = body.required("org_id");
        String user = body.required("user_id");
        Erased erased = operations.erase(org, user, body.dryRun());
        if (!body.dryRun()) {
            operations.log(OperatorRequest.who(request), "erase", digest(org, user), erased.messages(), "");
        }
        return OperatorView.ok(Json.object()
                .put("dry_run", body.dryRun())
                .put("messages", erased.messages())
                .put("ended", erased.ended())
                .put("waiting", erased.waiting())
                .put("running", erased.running())
                .put("marks", erased.marks()));
    }

    /** The record shows that a user was erased to whoever knows the name, and the name to nobody. */
    private static String digest(String org, String user) {
        try {
            byte[] name = Conversation.ofUser(org, user).name().getBytes(UTF_8);
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(name));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
