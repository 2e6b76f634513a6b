package org.unfoldingword.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * SHA-256 of a key. A plain hash is enough for keys that are random: there is nothing to guess them from.
 *
 * <p>Compared in a time that does not depend on where two differ.
 */
final class KeyDigest {

    private static final Pattern WRITTEN = Pattern.compile("sha256:([0-9a-f]{64})");

    private final byte[] digest;

    private KeyDigest(byte[] digest) {
        this.digest = digest;
    }

    static KeyDigest of(String key) {
        return of(key.getBytes(UTF_8));
    }

    static KeyDigest of(byte[] content) {
        try {
            return new KeyDigest(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: missing (expected: every JDK has it)", e);
        }
    }

    /** Reads {@code sha256:} and 64 hexadecimal digits in lower case. */
    static Optional<KeyDigest> parse(String text) {
        return Optional.of(WRITTEN.matcher(text))
                .filter(matcher -> matcher.matches())
                .map(matcher -> new KeyDigest(HexFormat.of().parseHex(matcher.group(1))));
    }

    KeyMark mark() {
        return new KeyMark(HexFormat.of().formatHex(digest, 0, Integer.BYTES));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyDigest that && MessageDigest.isEqual(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    /** Blank: a digest tells whoever has a key that it is this one. */
    @Override
    public String toString() {
        return "";
    }
}
