package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.message.WorkerCallback;
import org.unfoldingword.broker.message.WorkerCallback.Mode;

class WorkerPayloadTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-25T22:40:00Z");

    /** Receivers answer 400 to it, and the worker sends none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"responses\":[]}",
                "{\"responses\":[\"\"],\"voice_audio_url\":null,\"voice_audio_base64\":null}",
                "{\"responses\":[\" \",\"\\n\"],\"voice_audio_url\":\"\",\"attachments\":[]}",
                "{\"responses\":null,\"response_language\":\"en\"}",
            })
    void hasNoEndThatSaysNothing(String response) {
        assertThat(complete(Mode.COMPLETE, response, /* spoken= */ 0)).isEmpty();
    }

    @Test
    void hasNoEndWhereAllWasToldBefore() {
        String response = "{\"responses\":[\"All of it.\"]}";

        assertThat(complete(Mode.ITERATION, response, "Allofit.".length())).isEmpty();
        assertThat(complete(Mode.SENTENCE, response, "Allofit.".length())).isPresent();
    }

    @Test
    void endsWithAVoiceAlone() {
        JsonNode end = complete(
                        Mode.COMPLETE,
                        "{\"responses\":[],\"voice_audio_url\":\"https://broker.example/x.opus\",\"attachments\":[]}",
                        0)
                .orElseThrow();

        assertThat(end.path("type").asText()).isEqualTo("complete");
        assertThat(end.path("voice_audio_url").asText()).isEqualTo("https://broker.example/x.opus");
        assertThat(end.has("text")).isFalse();
        assertThat(end.has("attachments")).isFalse();
    }

    @Test
    void endsWithTheRestAndWhatItIsAnAnswerTo() {
        JsonNode end = complete(Mode.ITERATION, "{\"responses\":[\"First.\",\"Second.\"]}", "First.".length())
                .orElseThrow();

        assertThat(end.toString())
                .isEqualTo("{\"type\":\"complete\",\"text\":\"\\nSecond.\",\"message_key\":\"k1\","
                        + "\"timestamp\":\"2026-11-25T22:40:00.000Z\"}");
    }

    private static Optional<JsonNode> complete(Mode mode, String response, int spoken) {
        WorkerCallback wanted = new WorkerCallback(
                mode,
                /* throttleMillis= */ 3_000,
                "whatsapp",
                /* keyMark= */ Optional.empty(),
                JSON.createObjectNode().put("message_key", "k1"));
        return WorkerPayload.complete(wanted, response.getBytes(UTF_8), spoken, NOW)
                .map(WorkerPayloadTest::json);
    }

    private static JsonNode json(CallbackBody body) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            body.writeTo(out);
            return JSON.readTree(out.toByteArray());
        } catch (IOException garbled) {
            throw new UncheckedIOException(garbled);
        }
    }
}
