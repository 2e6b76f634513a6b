package org.unfoldingword.broker.ingest;

import static org.unfoldingword.broker.ingest.Refusal.refuseIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.unfoldingword.broker.message.RawObject;

/**
 * The fields of a request to one of the worker's chat routes, read as the worker's JavaScript does. What is too long or of another
 * type is a {@link Refusal}.
 */
record ChatFields(RawObject json) {

    /** What is longer is true, whatever it says, and is not read for that. */
    private static final int JUDGED_MAX_BYTES = 4096;

    /** What JavaScript takes for true. */
    boolean truthy(String field) {
        int length = json.length(field);
        if (length == 0 || length > JUDGED_MAX_BYTES) {
            return length > 0;
        }
        JsonNode value = json.get(field).orElseThrow();
        return !(value.isNull()
                || value.isTextual() && value.textValue().isEmpty()
                || value.isBoolean() && !value.booleanValue()
                || value.isNumber() && value.asDouble() == 0);
    }

    Optional<JsonNode> read(String field) {
        refuseIf(
                json.length(field) > Submission.TEXT_MAX_BYTES,
                field + " must have at most " + Submission.TEXT_MAX_BYTES + " bytes as written");
        return json.get(field);
    }

    /** Of a field that is there. */
    String text(String field) {
        JsonNode value = read(field).orElseThrow();
        refuseIf(value.isContainerNode(), field + " must be a string");
        return value.asText();
    }

    /** As the worker's {@code ??}: present and not null. */
    Optional<String> given(String field) {
        return read(field).filter(value -> !value.isNull()).map(value -> text(field));
    }

    /** A name, where there is one. */
    Optional<String> named(String field) {
        return truthy(field) ? Optional.of(name(field, text(field))) : Optional.empty();
    }

    /** The value, if it can be a name. */
    static String name(String field, String value) {
        refuseIf(value.isBlank(), field + " is required");
        refuseIf(
                value.length() > Submission.NAME_MAX || value.codePoints().anyMatch(Submission::unprintable),
                field + " must have at most " + Submission.NAME_MAX + " characters, none of them a control character");
        return value;
    }
}
