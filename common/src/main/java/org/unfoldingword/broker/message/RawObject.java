package org.unfoldingword.broker.message;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A JSON object as the bytes that it came in, with the place of each of its members. A member is read only when asked for, so
 * 34 MB of audio are never copied into a string, and members that are passed on are passed on byte for byte.
 */
public final class RawObject {

    private static final Pattern OUT_OF_SCALE = Pattern.compile("[eE][+-]?0*[1-9]\\d{9}");

    private final byte[] bytes;
    private final Map<String, Span> members;

    private RawObject(byte[] bytes, Map<String, Span> members) {
        this.bytes = bytes;
        this.members = members;
    }

    /**
     * Finds the members of the object that the bytes hold, in UTF-8.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException if they hold anything but exactly one well-formed object
     */
    public static RawObject parse(byte[] bytes) throws IOException {
        Map<String, Span> members = new LinkedHashMap<>();
        // A parser would otherwise guess another encoding, and places would not be places in these bytes.
        if (bytes.length >= 2 && (bytes[0] <= 0 || bytes[1] == 0)) {
            throw new JsonParseException(null, "expected UTF-8 without a byte order mark");
        }
        try (JsonParser parser = Json.factory().createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(parser, "expected a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                int named = (int) parser.currentTokenLocation().getByteOffset();
                parser.nextToken();
                int start = (int) parser.currentTokenLocation().getByteOffset();
                passOver(parser);
                members.put(name, new Span(named, start, (int)
                        parser.currentLocation().getByteOffset()));
            }
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "expected nothing after the JSON object");
            }
        }
        return new RawObject(bytes, members);
    }

    /** Goes to the end of a value. What is well-formed and yet no value, however deep, is refused here: later it would be a surprise. */
    private static void passOver(JsonParser parser) throws IOException {
        int depth = 0;
        while (true) {
            JsonToken token = parser.currentToken();
            if (token == null) {
                throw new JsonParseException(parser, "expected the end of a value");
            }
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token.isNumeric()) {
                checkNumber(parser);
            }
            if (depth == 0) {
                parser.finishToken();
                return;
            }
            parser.nextToken();
        }
    }

    /** JSON bounds neither the length of a number nor its exponent; what reads one exactly does. */
    private static void checkNumber(JsonParser parser) throws IOException {
        if (parser.getTextLength() > Json.NUMBER_MAX
                || OUT_OF_SCALE.matcher(parser.getText()).find()) {
            throw new JsonParseException(
                    parser, "expected numbers of at most " + Json.NUMBER_MAX + " digits, exponents of at most 9");
        }
    }

    /** In the order in which they came. */
    public Set<String> names() {
        return members.keySet();
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** The length of a member's value in bytes, as written; 0 if there is none. */
    public int length(String name) {
        Span span = members.get(name);
        return span == null ? 0 : span.end - span.start;
    }

    /** A member's value, read into a tree: for small members only. */
    public Optional<JsonNode> get(String name) {
        Span span = members.get(name);
        if (span == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readTree(bytes, span.start, span.end - span.start));
        } catch (IOException e) {
            throw new UncheckedIOException("member " + name + " was well-formed a moment ago", e);
        }
    }

    /** A member's value as it was written. */
    public Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(members.get(name)).map(span -> Arrays.copyOfRange(bytes, span.start, span.end));
    }

    /** This object's members but those named, followed by the given ones; all as they came, byte for byte. */
    public byte[] rewrite(Set<String> without, Map<String, byte[]> and) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
            out.write('{');
            for (Map.Entry<String, Span> member : members.entrySet()) {
                if (!without.contains(member.getKey()) && !and.containsKey(member.getKey())) {
                    Span span = member.getValue();
                    comma(out);
                    out.write(bytes, span.name, span.end - span.name);
                }
            }
            for (Map.Entry<String, byte[]> member : and.entrySet()) {
                comma(out);
                out.write(Json.mapper().writeValueAsBytes(member.getKey()));
                out.write(':');
                out.write(member.getValue());
            }
            out.write('}');
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object of our own with further members, each value as it was written. */
    public static byte[] joined(ObjectNode own, Map<String, byte[]> more) {
        try {
            return parse(Json.bytes(own)).rewrite(Set.of(), more);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void comma(ByteArrayOutputStream out) {
        if (out.size() > 1) {
            out.write(',');
        }
    }

    /** A member's place: its name, with its quotes, at {@code name}; its value from {@code start} to {@code end}. */
    private record Span(int name, int start, int end) {}
}
