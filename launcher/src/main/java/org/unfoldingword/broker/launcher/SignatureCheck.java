package org.unfoldingword.broker.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.unfoldingword.broker.callback.SigningSecret;
import org.unfoldingword.broker.callback.WebhookSignature;

/**
 * Tells whether a callback was signed with one of the secrets that the receiver knows.
 *
 * @param secrets {@code whsec_…}, comma-separated
 */
record SignatureCheck(String secrets) {

    String verdict(Callback callback) {
        if (callback.signature().isEmpty()) {
            return "unsigned";
        }
        List<SigningSecret> known = Arrays.stream(secrets.split(",", -1))
                .map(String::strip)
                .map(SigningSecret::of)
                .toList();
        Map<String, String> headers = Map.of(
                WebhookSignature.ID, callback.id(),
                WebhookSignature.TIMESTAMP, callback.timestamp(),
                WebhookSignature.SIGNATURE, callback.signature());
        WebhookSignature.Finding finding =
                new WebhookSignature(known).verify(headers::get, callback.body().getBytes(UTF_8), callback.at());
        return switch (finding) {
            case GENUINE -> "signature ok";
            case UNSIGNED -> "unsigned";
            case STALE -> "SIGNATURE STALE";
            case FORGED -> "SIGNATURE WRONG";
        };
    }

    /** Secrets are not shown. */
    @Override
    public String toString() {
        return "SignatureCheck[]";
    }
}
