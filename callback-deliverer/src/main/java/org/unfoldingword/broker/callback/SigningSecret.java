package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A symmetric secret of Standard Webhooks: {@code whsec_} and base64 of 24 to 64 bytes. Immutable; never shows itself.
 *
 * <p>Its scheme is {@code v1}, HMAC-SHA256. The specification's {@code v1a} (ed25519, {@code whsk_}) would be a second
 * kind of secret behind the same two methods, chosen by its prefix in {@link #of}.
 */
public final class SigningSecret {

    private static final String PREFIX = "whsec_";
    private static final String IDENTIFIER = "v1";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES_MIN = 24;
    private static final int KEY_BYTES_MAX = 64;

    private final SecretKeySpec key;

    private SigningSecret(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * Reads a secret.
     *
     * @throws IllegalArgumentException if it is not one; the message does not quote it
     */
    public static SigningSecret of(String text) {
        byte[] key = text.startsWith(PREFIX) ? decoded(text.substring(PREFIX.length())) : new byte[0];
        if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("a secret, not shown (expected: " + PREFIX + " and base64 of "
                    + KEY_BYTES_MIN + " to " + KEY_BYTES_MAX + " bytes)");
        }
        return new SigningSecret(key);
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    /** One entry of the signature header: {@code v1,<base64>}. */
    String sign(String id, String timestamp, CallbackBody body) {
        return IDENTIFIER + "," + Base64.getEncoder().encodeToString(mac(id, timestamp, body));
    }

    /** True if the entry is this secret's, of this content. Takes the same time wherever it differs. */
    boolean verifies(String entry, String id, String timestamp, CallbackBody body) {
        return MessageDigest.isEqual(
                entry.getBytes(UTF_8), sign(id, timestamp, body).getBytes(UTF_8));
    }

    private byte[] mac(String id, String timestamp, CallbackBody body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            body.writeTo(new MacStream(mac));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + ": missing (expected: every JDK has it)", e);
        } catch (IOException e) {
            throw new UncheckedIOException("a stream that does not fail did", e);
        }
    }

    @Override
    public String toString() {
        return "";
    }

    /** Feeds what is written to it into a MAC. */
    private static final class MacStream extends OutputStream {

        private final Mac mac;

        MacStream(Mac mac) {
            this.mac = mac;
        }

        @Override
        public void write(int b) {
            mac.update((byte) b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            mac.update(bytes, offset, length);
        }
    }
}
