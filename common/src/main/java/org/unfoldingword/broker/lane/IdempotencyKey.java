package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The client's word for "this is the same message", within its conversation.
 *
 * @param digest of the client and its key, so that a key of any length costs the same
 * @param fingerprint of the whole request, so that a different one under the same key is noticed
 */
public record IdempotencyKey(String digest, String fingerprint) {

    /**
     * @param client within which the key means something
     * @param key in the client's words, of any length
     */
    public static IdempotencyKey of(String client, String key, byte[] request) {
        return new IdempotencyKey(digest((client + "\n" + key).getBytes(UTF_8)), digest(request));
    }

    /** The key of this very request: another one under the same name is another message, and no conflict. */
    public IdempotencyKey ofThisRequest() {
        return new IdempotencyKey(digest((digest + fingerprint).getBytes(UTF_8)), fingerprint);
    }

    /** The first 128 bits of SHA-256, as 22 characters. */
    private static String digest(byte[] bytes) {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(whole).substring(0, 22);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
