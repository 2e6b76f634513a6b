package org.unfoldingword.broker.callback;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.unfoldingword.broker.access.Account;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.access.SecretText;
import org.unfoldingword.broker.message.Envelope;

/**
 * Who signs a message's callback: the key that sent it, where that has secrets of its own, so that no receiver needs to know a secret
 * that signs for others; else the settings.
 */
final class Signatures {

    private final WebhookSignature usual;
    private final ApiKeys keys;
    private final InstantSource clock;

    Signatures(WebhookSignature usual, ApiKeys keys, InstantSource clock) {
        this.usual = usual;
        this.keys = keys;
        this.clock = clock;
    }

    /** The headers of an attempt that is made now, under that {@code webhook-id}. */
    Map<String, String> sign(Envelope envelope, String webhookId, CallbackBody body) {
        return of(envelope).sign(webhookId, clock.instant(), body);
    }

    /** Looked up at each attempt, as the key's secrets may have changed since. */
    private WebhookSignature of(Envelope envelope) {
        return envelope.signer()
                .flatMap(keys::withId)
                .map(Account::signingSecrets)
                .filter(secrets -> !secrets.isEmpty())
                .map(secrets -> new WebhookSignature(parsed(secrets)))
                .orElse(usual);
    }

    private static List<SigningSecret> parsed(List<SecretText> secrets) {
        return secrets.stream().map(secret -> SigningSecret.of(secret.reveal())).toList();
    }
}
