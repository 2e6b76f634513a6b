package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The three headers of Standard Webhooks 1.0 on a callback: made by the sender, checked by the receiver. Immutable.
 *
 * <p>With several secrets a callback carries one signature of each, so that receivers may change theirs at leisure.
 * Without any it carries no {@code webhook-signature}; id and timestamp are there all the same, since receivers drop
 * repetitions by the id.
 */
public final class WebhookSignature {

    public static final String ID = "webhook-id";
    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    /** How far a timestamp may be from the receiver's own time, either way. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private final List<SigningSecret> secrets;

    /** @param secrets the newest first; each signs, and any verifies */
    public WebhookSignature(List<SigningSecret> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    /**
     * The headers to send.
     *
     * @param id the same on every attempt; without a full stop, which is the separator in what is signed
     * @param now when this attempt is made
     */
    public Map<String, String> sign(String id, Instant now, byte[] payload) {
        return sign(id, now, CallbackBody.of(payload));
    }

    Map<String, String> sign(String id, Instant now, CallbackBody body) {
        if (id.indexOf('.') >= 0) {
            throw new IllegalArgumentException(ID + ": " + id + " (expected: no full stop)");
        }
        String timestamp = Long.toString(now.getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(ID, id);
        headers.put(TIMESTAMP, timestamp);
        if (!secrets.isEmpty()) {
            headers.put(
                    SIGNATURE,
                    secrets.stream()
                            .map(secret -> secret.sign(id, timestamp, body))
                            .collect(Collectors.joining(" ")));
        }
        return headers;
    }

    /**
     * Checks what was received.
     *
     * @param header the value of a header by its name in lower case; null if it did not come
     * @param payload the body as it came, byte for byte
     */
    public Finding verify(Function<String, @Nullable String> header, byte[] payload, Instant now) {
        String id = header.apply(ID);
        String timestamp = header.apply(TIMESTAMP);
        String signatures = header.apply(SIGNATURE);
        if (id == null || timestamp == null || signatures == null || !timestamp.matches("[0-9]{1,12}")) {
            return Finding.UNSIGNED;
        }
        Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        if (age.abs().compareTo(TOLERANCE) > 0) {
            return Finding.STALE;
        }
        CallbackBody body = CallbackBody.of(payload);
        for (String entry : signatures.split(" ", -1)) {
            for (SigningSecret secret : secrets) {
                if (secret.verifies(entry, id, timestamp, body)) {
                    return Finding.GENUINE;
                }
            }
        }
        return Finding.FORGED;
    }

    /** What a receiver found. */
    public enum Finding {
        /** One of the signatures is one of our secrets', and the timestamp is recent. */
        GENUINE,
        /** A header is missing or, the timestamp, no number. */
        UNSIGNED,
        /** The timestamp is too far from now. Nothing is said of the signature. */
        STALE,
        /** None of the signatures is one of our secrets'. */
        FORGED
    }
}
