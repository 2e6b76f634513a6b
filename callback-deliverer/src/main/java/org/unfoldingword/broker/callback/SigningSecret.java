package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret of Standard Webhooks, of one of its two kinds. Immutable; never shows itself.
 *
 * <ul>
 *   <li>{@code whsec_} and base64 of 24 to 64 bytes, which the receiver has too: scheme {@code v1}, HMAC-SHA256.
 *   <li>{@code whsk_} and base64 of a private ed25519 key and its public one, 32 bytes each; the receiver has the public one, as
 *       {@code whpk_}: scheme {@code v1a}.
 * </ul>
 */
public abstract sealed class SigningSecret {

    private static final String SHARED = "whsec_";
    private static final String PRIVATE = "whsk_";
    private static final int SHARED_BYTES_MIN = 24;
    private static final int SHARED_BYTES_MAX = 64;
    private static final int ED25519_BYTES = 32;

    private SigningSecret() {}

    /**
     * Reads a secret.
     *
     * @throws IllegalArgumentException if it is not one; the message does not quote it
     */
    public static SigningSecret of(String text) {
        if (text.startsWith(PRIVATE)) {
            byte[] pair = decoded(text.substring(PRIVATE.length()));
            if (pair.length == 2 * ED25519_BYTES) {
                return new Private(Arrays.copyOf(pair, ED25519_BYTES));
            }
        } else if (text.startsWith(SHARED)) {
            byte[] key = decoded(text.substring(SHARED.length()));
            if (key.length >= SHARED_BYTES_MIN && key.length <= SHARED_BYTES_MAX) {
                return new Shared(key);
            }
        }
        throw new IllegalArgumentException("a secret, not shown (expected: " + SHARED + " and base64 of "
                + SHARED_BYTES_MIN + " to " + SHARED_BYTES_MAX + " bytes, or " + PRIVATE + " and base64 of "
                + 2 * ED25519_BYTES + ")");
    }

    /** One entry of the signature header: the scheme, a comma and base64. */
    abstract String sign(String id, String timestamp, CallbackBody body);

    /** True if the entry is this secret's, of this content. Takes the same time wherever it differs. */
    boolean verifies(String entry, String id, String timestamp, CallbackBody body) {
        // Both schemes sign the same content always alike.
        return MessageDigest.isEqual(
                entry.getBytes(UTF_8), sign(id, timestamp, body).getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return "";
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static void feed(String id, String timestamp, CallbackBody body, Sink sink)
            throws GeneralSecurityException {
        byte[] head = (id + "." + timestamp + ".").getBytes(UTF_8);
        try (SinkStream stream = new SinkStream(sink)) {
            stream.write(head);
            body.writeTo(stream);
        } catch (IOException e) {
            if (e.getCause() instanceof GeneralSecurityException fault) {
                throw fault;
            }
            throw new UncheckedIOException("a stream that does not fail did", e);
        }
    }

    private static final class Shared extends SigningSecret {
        private static final String ALGORITHM = "HmacSHA256";

        private final SecretKeySpec key;

        private Shared(byte[] key) {
            this.key = new SecretKeySpec(key, ALGORITHM);
        }

        @Override
        String sign(String id, String timestamp, CallbackBody body) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                feed(id, timestamp, body, mac::update);
                return "v1," + Base64.getEncoder().encodeToString(mac.doFinal());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(ALGORITHM + ": missing (expected: every JDK has it)", e);
            }
        }
    }

    private static final class Private extends SigningSecret {
        private static final String ALGORITHM = "Ed25519";
        /** Of a private key of that algorithm in PKCS 8, before its 32 bytes. */
        private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

        private final PrivateKey key;

        private Private(byte[] seed) {
            byte[] encoded = Arrays.copyOf(PKCS8, PKCS8.length + seed.length);
            System.arraycopy(seed, 0, encoded, PKCS8.length, seed.length);
            try {
                this.key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                throw missing(e);
            }
        }

        @Override
        String sign(String id, String timestamp, CallbackBody body) {
            try {
                Signature signature = Signature.getInstance(ALGORITHM);
                signature.initSign(key);
                feed(id, timestamp, body, signature::update);
                return "v1a," + Base64.getEncoder().encodeToString(signature.sign());
            } catch (GeneralSecurityException e) {
                throw missing(e);
            }
        }

        private static IllegalStateException missing(GeneralSecurityException e) {
            return new IllegalStateException(ALGORITHM + ": missing (expected: every JDK since 15 has it)", e);
        }
    }

    /** What takes the content to be signed. */
    private interface Sink {
        void update(byte[] bytes, int offset, int length) throws SignatureException;
    }

    private static final class SinkStream extends OutputStream {

        private final Sink sink;

        SinkStream(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                sink.update(bytes, offset, length);
            } catch (SignatureException fault) {
                throw new IOException(fault);
            }
        }
    }
}
