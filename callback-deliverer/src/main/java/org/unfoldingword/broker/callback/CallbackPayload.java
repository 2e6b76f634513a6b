package org.unfoldingword.broker.callback;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.RawObject;

/**
 * The JSON of a callback: the broker's fields, the client's metadata last among them, then, of an answered message,
 * every field of the worker's ChatResponse, its value byte for byte as the worker wrote it.
 *
 * <p>Fields of the ChatResponse under one of the broker's own names are left out, also where the broker has no value
 * for that name: whoever reads {@code client_message_id} or {@code metadata} reads what the client sent, or nothing.
 */
final class CallbackPayload {

    private static final Set<String> OWN_NAMES =
            Set.of("message_id", "client_message_id", "user_id", "org_id", "client_id", "status", "metadata");

    private CallbackPayload() {}

    /**
     * Of a message that was answered.
     *
     * @param response the worker's ChatResponse
     * @throws IllegalArgumentException if the response is not a JSON object
     */
    static CallbackBody completed(MessageId id, Envelope envelope, byte[] response) {
        ObjectNode own = withMetadata(own(id, envelope, "completed"), envelope);
        byte[] others = othersOf(response);
        if (others.length == "{}".length()) {
            return CallbackBody.of(Json.bytes(own));
        }
        byte[] head = Json.bytes(own);
        others[0] = ',';
        return CallbackBody.of(Arrays.copyOf(head, head.length - "}".length()), others);
    }

    /**
     * Of a message that ended without an answer.
     *
     * @param errorCode for programs: {@code worker_timeout}
     * @param error for people
     */
    static CallbackBody failed(MessageId id, Envelope envelope, String errorCode, String error) {
        ObjectNode own = own(id, envelope, "error").put("error", error).put("error_code", errorCode);
        return CallbackBody.of(Json.bytes(withMetadata(own, envelope)));
    }

    private static ObjectNode own(MessageId id, Envelope envelope, String status) {
        ObjectNode own = Json.object().put("message_id", id.toString());
        envelope.clientMessageId().ifPresent(name -> own.put("client_message_id", name));
        return own.put("user_id", envelope.user())
                .put("org_id", envelope.org())
                .put("client_id", envelope.client())
                .put("status", status);
    }

    private static ObjectNode withMetadata(ObjectNode own, Envelope envelope) {
        envelope.metadata().ifPresent(metadata -> own.set("metadata", metadata));
        return own;
    }

    /** The response without members under our names. */
    private static byte[] othersOf(byte[] response) {
        try {
            return RawObject.parse(response).rewrite(OWN_NAMES, Map.of());
        } catch (IOException e) {
            throw new IllegalArgumentException("response: " + response.length + " bytes (expected: a JSON object)", e);
        }
    }
}
