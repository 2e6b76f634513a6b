package org.unfoldingword.broker.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A value of the key file and where it stands. What it is expected to be and is not is an {@link IllegalArgumentException} that says
 * where, what and what was expected.
 *
 * @param at such as {@code keys[0].id}; empty for the whole file
 */
record Member(String at, JsonNode given) {

    /** In place of what may be a secret. */
    static final String HIDDEN = "(not shown)";

    Member member(String name) {
        return new Member(at.isEmpty() ? name : at + "." + name, given.path(name));
    }

    boolean missing() {
        return given.isMissingNode();
    }

    /** What kind of thing it is, for messages. */
    String kind() {
        return missing() ? "missing" : given.getNodeType().toString().toLowerCase(Locale.ROOT);
    }

    /** It is an object, and has no other members. */
    void expectObjectOf(List<String> names) {
        expect(given.isObject(), kind(), "an object");
        given.fieldNames().forEachRemaining(name -> member(name)
                .expect(names.contains(name), "unknown", "one of " + String.join(", ", names)));
    }

    String text() {
        expect(given.isTextual(), kind(), "text");
        return given.textValue();
    }

    /** The text, as one of these words. */
    <E> E word(E[] values, Function<E, String> word) {
        String text = text();
        return Arrays.stream(values)
                .filter(value -> word.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        fault(text, Arrays.stream(values).map(word).collect(Collectors.joining(", ", "one of ", ""))));
    }

    /** Its items; one at least. */
    List<Member> list() {
        expect(given.isArray() && !given.isEmpty(), kind(), "a list that is not empty");
        List<Member> items = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            items.add(new Member(at + "[" + i + "]", given.get(i)));
        }
        return items;
    }

    /** A text or a list of texts, none of which is ever shown; none if it is missing. */
    List<String> secrets() {
        if (missing()) {
            return List.of();
        }
        List<Member> values = given.isArray() ? list() : List.of(this);
        values.forEach(value -> expect(value.given.isTextual(), HIDDEN, "text, or a list of texts"));
        return values.stream().map(value -> value.given.textValue()).toList();
    }

    void expect(boolean kept, String value, String expected) {
        if (!kept) {
            throw fault(value, expected);
        }
    }

    /** To be thrown. */
    IllegalArgumentException fault(String value, String expected) {
        return new IllegalArgumentException(
                (at.isEmpty() ? "file" : at) + ": " + value + " (expected: " + expected + ")");
    }
}
