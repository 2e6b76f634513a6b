package org.unfoldingword.broker.message;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * That a message's callbacks have the worker's own shape, and what they need to have it.
 *
 * @param mode how much is told before the end
 * @param throttleMillis in {@link Mode#PERIODIC}, the least time between two tellings
 * @param keyId whose token the callbacks show, so that the token itself is stored nowhere
 * @param keyMark which of its keys came with the message, where that was noted; not the key
 * @param echo members that each callback repeats as they came: {@code user_id}, {@code message_key}, {@code chat_id},
 *     {@code thread_id}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
// As of the envelope.
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerCallback(
        @JsonProperty("p") Mode mode,
        @JsonProperty("s") long throttleMillis,
        @JsonProperty("k") String keyId,
        @JsonProperty("d") Optional<String> keyMark,
        @JsonProperty("e") ObjectNode echo) {

    /** How much is told before the end. */
    public enum Mode {
        /** Nothing. */
        @JsonProperty("complete")
        COMPLETE,
        /** Each status, and the text of each finished iteration; the end has only the rest. */
        @JsonProperty("iteration")
        ITERATION,
        /** Each status, and every few seconds the whole text so far; the end has all of it. */
        @JsonProperty("periodic")
        PERIODIC,
        /** Each status, and with each sentence the whole text so far; the end has all of it. */
        @JsonProperty("sentence")
        SENTENCE
    }

    /** Whether anything is told before the end. */
    public boolean tellsProgress() {
        return mode != Mode.COMPLETE;
    }
}
