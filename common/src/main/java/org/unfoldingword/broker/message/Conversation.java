package org.unfoldingword.broker.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * What is ordered: one user's private chat, or one group chat (or one thread of it).
 *
 * <p>Its {@link #name()} is the worker's own serialization scope, escaped: {@code user:<org>:<user>},
 * {@code group:<org>:<chat>} or {@code group:<org>:<chat>:<thread>}. Names are equal exactly when conversations are, contain
 * no byte outside {@code [A-Za-z0-9._~@+:%-]}, and appear in Redis keys.
 */
public record Conversation(String name) {

    private static final String PART = "((?:[A-Za-z0-9._~@+-]|%[0-9A-F]{2})+)";
    private static final Pattern NAME =
            Pattern.compile("user:" + PART + ":" + PART + "|group:" + PART + ":" + PART + "(?::" + PART + ")?");

    /** Reads a name as {@link #name()} writes it; empty for whatever cannot be one. */
    public static Optional<Conversation> parse(String name) {
        return NAME.matcher(name).matches() ? Optional.of(new Conversation(name)) : Optional.empty();
    }

    /** A user's private conversation. */
    public static Conversation ofUser(String org, String user) {
        return new Conversation("user:" + escape(org) + ":" + escape(user));
    }

    /** A group's conversation, shared by all who write in it. */
    public static Conversation ofGroup(String org, String chat, Optional<String> thread) {
        return new Conversation("group:" + escape(org) + ":" + escape(chat)
                + thread.map(t -> ":" + escape(t)).orElse(""));
    }

    /** The organisation, as the client wrote it. */
    public String org() {
        return unescape(name.split(":", 3)[1]);
    }

    /** The user whose private conversation it is; empty for a group's. */
    public Optional<String> user() {
        return name.startsWith("user:") ? Optional.of(unescape(name.split(":", 3)[2])) : Optional.empty();
    }

    /** The partition that holds all keys of this conversation: CRC-32 of the name, so any process computes the same. */
    public int partition(int partitions) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(UTF_8));
        return (int) (crc.getValue() % partitions);
    }

    /** Percent-encodes all bytes of the UTF-8 form but {@code [A-Za-z0-9._~@+-]}: no colon, slash, brace or space is left. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._~@+-".indexOf(c) >= 0;
            if (plain) {
                escaped.append(c);
            } else {
                escaped.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return escaped.toString();
    }

    /** Undoes {@link #escape}. */
    public static String unescape(String escaped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(escaped.charAt(i));
            }
        }
        return bytes.toString(UTF_8);
    }

    @Override
    public String toString() {
        return name;
    }
}
