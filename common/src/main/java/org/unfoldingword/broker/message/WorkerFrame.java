package org.unfoldingword.broker.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;

/** One event of the worker's stream: a JSON object that says what it is in its {@code type}. */
public final class WorkerFrame {

    private final String type;
    private final RawObject json;

    private WorkerFrame(String type, RawObject json) {
        this.type = type;
        this.json = json;
    }

    /** Empty for what is no JSON object. */
    public static Optional<WorkerFrame> parse(byte[] data) {
        try {
            RawObject json = RawObject.parse(data);
            return Optional.of(new WorkerFrame(text(json, "type"), json));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** {@code status}, {@code progress}, {@code complete}, …; blank if it does not say. */
    public String type() {
        return type;
    }

    /** It ends the stream. */
    public boolean terminal() {
        return type.equals("complete") || type.equals("error");
    }

    /** A member that is text; blank if there is none. */
    public String text(String member) {
        return text(json, member);
    }

    private static String text(RawObject json, String member) {
        return json.get(member)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .orElse("");
    }
}
