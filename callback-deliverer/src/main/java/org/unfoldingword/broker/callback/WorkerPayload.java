package org.unfoldingword.broker.callback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.RawObject;
import org.unfoldingword.broker.message.WorkerCallback;

/** The bodies of callbacks in the worker's own shape. Pure. */
final class WorkerPayload {

    /** As JavaScript writes it: always three digits. */
    private static final DateTimeFormatter TIMESTAMP =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** Members of the response that go along as they are, where they say something. */
    private static final List<String> BESIDE_TEXT = List.of("voice_audio_url", "voice_audio_base64", "attachments");

    private WorkerPayload() {}

    static CallbackBody telling(WorkerCallback wanted, ProgressCutter.Telling telling, Instant now) {
        ObjectNode own =
                switch (telling) {
                    case ProgressCutter.Telling.Status(String message) ->
                        own("status").put("message", message);
                    case ProgressCutter.Telling.Progress progress ->
                        own("progress").put("text", progress.text());
                };
        return CallbackBody.of(Json.bytes(echoed(own, wanted, now)));
    }

    static CallbackBody error(WorkerCallback wanted, String error, Instant now) {
        return CallbackBody.of(Json.bytes(echoed(own("error").put("error", error), wanted, now)));
    }

    /**
     * Of the end.
     *
     * @param response the worker's ChatResponse
     * @param spoken what was told of its text before, see {@link ProgressCutter#rest}
     * @return empty if there is nothing (more) to say: then the worker is silent, too, and receivers refuse an empty end
     */
    static Optional<CallbackBody> complete(WorkerCallback wanted, byte[] response, int spoken, Instant now) {
        RawObject json = parsed(response);
        String answer = json.get("responses")
                .filter(JsonNode::isArray)
                .map(texts -> StreamSupport.stream(texts.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining("\n")))
                .orElse("");
        String text = ProgressCutter.rest(wanted.mode(), answer, spoken);
        Map<String, byte[]> beside = new LinkedHashMap<>();
        for (String member : BESIDE_TEXT) {
            json.bytes(member).filter(WorkerPayload::says).ifPresent(value -> beside.put(member, value));
        }
        if (text.isBlank() && beside.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode own = own("complete");
        if (!text.isBlank()) {
            own.put("text", text);
        }
        return Optional.of(CallbackBody.of(RawObject.joined(echoed(own, wanted, now), beside)));
    }

    /** Not null, and not an empty text or list. */
    private static boolean says(byte[] value) {
        return value.length > 4 || value.length == 3 || value.length == 4 && value[0] != 'n';
    }

    private static ObjectNode own(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode echoed(ObjectNode own, WorkerCallback wanted, Instant now) {
        own.setAll(wanted.echo());
        return own.put("timestamp", TIMESTAMP.format(now));
    }

    private static RawObject parsed(byte[] json) {
        try {
            return RawObject.parse(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("response: " + json.length + " bytes (expected: a JSON object)", e);
        }
    }
}
