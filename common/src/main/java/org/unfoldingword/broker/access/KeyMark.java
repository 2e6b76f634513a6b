package org.unfoldingword.broker.access;

/**
 * Tells the keys of one account apart: the first 32 bits of a key's SHA-256. May be stored: too little of it is known to find the key
 * by, or to be sure of a guess.
 *
 * @param text 8 hexadecimal digits in lower case
 */
public record KeyMark(String text) {

    /** The mark of a key in clear. */
    public static KeyMark of(String key) {
        return KeyDigest.of(key).mark();
    }
}
