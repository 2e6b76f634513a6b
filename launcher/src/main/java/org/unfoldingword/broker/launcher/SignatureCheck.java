package org.unfoldingword.broker.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;
import org.unfoldingword.broker.callback.SigningSecret;
import org.unfoldingword.broker.callback.WebhookSignature;

/** Tells whether a callback was signed with one of the secrets that the receiver knows. */
final class SignatureCheck {

    private final WebhookSignature signature;

    /**
     * @param secrets {@code whsec_…}, comma-separated
     * @throws IllegalArgumentException if one is malformed
     */
    SignatureCheck(String secrets) {
        signature = new WebhookSignature(Arrays.stream(secrets.split(",", -1))
                .map(String::strip)
                .map(SigningSecret::of)
                .toList());
    }

    String verdict(Callback callback) {
        Map<String, String> headers = Map.of(
                WebhookSignature.ID, callback.id(),
                WebhookSignature.TIMESTAMP, callback.timestamp(),
                WebhookSignature.SIGNATURE, callback.signature());
        if (callback.signature().isEmpty()) {
            return "unsigned";
        }
        return switch (signature.verify(headers::get, callback.body().getBytes(UTF_8), callback.at())) {
            case GENUINE -> "signature ok";
            case UNSIGNED -> "unsigned";
            case STALE -> "SIGNATURE STALE";
            case FORGED -> "SIGNATURE WRONG";
        };
    }
}
