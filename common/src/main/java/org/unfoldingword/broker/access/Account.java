package org.unfoldingword.broker.access;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody with a key, or with several while they rotate, and what they may do. Shows no secret.
 *
 * @param id for logs and records; never a secret
 * @param digests of its keys; each opens
 * @param rights what it may do
 * @param clients the {@code client_id}s that it may name
 * @param orgs the orgs that it may name and see
 * @param defaultOrg the org of its requests that name none
 * @param delivery how its answers reach it where a request does not say
 * @param rate messages a second that it may send to one ingest-api; empty: as the setting says
 * @param signingSecrets Standard Webhooks secrets that sign the callbacks of its messages, newest first; none: those of the settings
 * @param callbackTokens what may tell its callback receivers that the broker calls: those named as such, else its keys in clear
 */
public record Account(
        String id,
        List<KeyDigest> digests,
        Set<Right> rights,
        Names clients,
        Names orgs,
        Optional<String> defaultOrg,
        Delivery delivery,
        Optional<Integer> rate,
        List<SecretText> signingSecrets,
        List<SecretText> callbackTokens) {

    /** The id of the account of {@code BROKER_API_KEY}. */
    public static final String SINGLE = "default";

    public Account {
        digests = List.copyOf(digests);
        rights = Set.copyOf(rights);
        signingSecrets = List.copyOf(signingSecrets);
        callbackTokens = List.copyOf(callbackTokens);
    }

    /** The one account of {@code BROKER_API_KEY}: it may do all. */
    static Account ofSingleKey(String key) {
        return new Account(
                SINGLE,
                List.of(KeyDigest.of(key)),
                EnumSet.allOf(Right.class),
                new Names.All(),
                new Names.All(),
                Optional.empty(),
                Delivery.SYNC,
                /* rate= */ Optional.empty(),
                /* signingSecrets= */ List.of(),
                List.of(new SecretText(key)));
    }

    public boolean may(Right right) {
        return rights.contains(right);
    }

    /**
     * What the callbacks of a message show: its sender knows the key that it showed itself, while another one of its keys may be new
     * to it, or old.
     *
     * @param shown with the message; empty if that is not known
     * @return the token that it is, else the first; empty if there is none
     */
    public Optional<SecretText> callbackToken(Optional<KeyMark> shown) {
        return callbackTokens.stream()
                .filter(token -> shown.equals(Optional.of(KeyMark.of(token.reveal()))))
                .findFirst()
                .or(() -> callbackTokens.stream().findFirst());
    }

    /** Takes as long whether the first digest is the one or none is. */
    boolean opensWith(KeyDigest shown) {
        boolean opens = false;
        for (KeyDigest digest : digests) {
            opens |= digest.equals(shown);
        }
        return opens;
    }
}
