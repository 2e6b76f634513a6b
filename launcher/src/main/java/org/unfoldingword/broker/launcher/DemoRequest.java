package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import org.unfoldingword.broker.message.Json;

/**
 * What a client asks of the worker.
 *
 * @param scope what the worker serializes by
 * @param content what is asked; a stand-in for audio
 * @param ambient group talk that is not for the bot: noted, not answered
 */
record DemoRequest(String org, String userId, String scope, String content, boolean audio, boolean ambient) {

    private static final List<String> CALLBACK_ONLY =
            List.of("progress_callback_url", "progress_mode", "progress_throttle_seconds", "message_key");

    private static final Set<String> GROUPS = Set.of("group", "supergroup");

    /** @throws DemoRefusal what the real worker refuses before it opens a stream, in its words */
    static DemoRequest read(InputStream body, String path) throws DemoRefusal, IOException {
        JsonNode json = parsed(body);
        for (String required : List.of("client_id", "user_id")) {
            if (json.path(required).asText().isEmpty()) {
                throw DemoRefusal.edge(required + " is required");
            }
        }
        if (json.has("is_admin")) {
            throw DemoRefusal.edge("is_admin is not a valid field; admin origin is derived from client_id");
        }
        for (String field : CALLBACK_ONLY) {
            if (json.has(field)) {
                throw DemoRefusal.edge(field + " is not valid on " + path + " — use /api/v1/chat/callback");
            }
        }
        if (json.has("response_language_hint")
                && !json.path("response_language_hint").asText().matches("[a-z]{2}")) {
            throw DemoRefusal.edge(
                    "response_language_hint must be a valid ISO 639-1 language code (2 lowercase letters)");
        }
        String org = json.path("org").asText(json.path("org_id").asText("demo"));
        boolean audio = json.path("message_type").asText().equals("audio");
        String content = audio && json.hasNonNull("audio_base64")
                ? json.path("audio_base64").asText().length() * 3L / 4 + " bytes of "
                        + json.path("audio_format").asText("audio")
                : audio ? "" : json.path("message").asText();
        boolean ambient = !json.path("addressed_to_bot").asBoolean(true);
        return new DemoRequest(org, json.path("user_id").asText(), scope(json, org), content, audio, ambient);
    }

    /** What the worker checks later: on a stream, after its 200. */
    void demandContent() throws DemoRefusal {
        if (content.isBlank()) {
            throw DemoRefusal.invalid(
                    audio
                            ? "audio_base64 and audio_format are required when message_type is audio"
                            : "Message is required");
        }
    }

    DemoScript script() {
        return audio ? DemoScript.NONE : DemoScript.of(content);
    }

    private static JsonNode parsed(InputStream body) throws DemoRefusal, IOException {
        try {
            JsonNode json = Json.mapper().readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException malformed) {
            // Refused below.
        }
        throw DemoRefusal.edge("Invalid JSON body");
    }

    private static String scope(JsonNode json, String org) throws DemoRefusal {
        String chatType = json.path("chat_type").asText("private");
        if (chatType.equals("private")) {
            return "user:" + org + ":" + json.path("user_id").asText();
        }
        if (!GROUPS.contains(chatType)) {
            throw DemoRefusal.edge("Invalid chat_type: " + chatType + ". Must be one of: private, group, supergroup");
        }
        if (json.path("chat_id").asText().isEmpty()) {
            throw DemoRefusal.edge("chat_id is required for group/supergroup chats");
        }
        String thread = json.path("thread_id").asText();
        return "group:" + org + ":" + json.path("chat_id").asText() + (thread.isEmpty() ? "" : ":" + thread);
    }
}
