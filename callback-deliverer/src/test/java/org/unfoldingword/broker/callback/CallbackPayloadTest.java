package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;

class CallbackPayloadTest {

    private static final MessageId ID =
            MessageId.parse("0190e0a0-0000-8003-8000-000000000001").orElseThrow();
    private static final Envelope BARE = envelope(Optional.empty(), Optional.empty());
    private static final String BARE_FIELDS =
            "\"message_id\":\"" + ID + "\",\"user_id\":\"4242\",\"org_id\":\"Bible Society\",\"client_id\":\"web\"";

    /** The answer to /api/v1/chat, as it was recorded. */
    @Test
    void addsEveryFieldOfTheAnswerToItsOwn() throws IOException {
        String response = """
                {"message_id":"9b2e7c1e-4a0b-4a53-8f0e-2d7f3f1f6a11","responses":["Hi","there"],\
                "response_language":"en",\
                "voice_audio_base64":null,"voice_audio_url":null}""";

        assertThat(written(CallbackPayload.completed(ID, BARE, response.getBytes(UTF_8))))
                .isEqualTo("{" + BARE_FIELDS + ",\"status\":\"completed\",\"responses\":[\"Hi\",\"there\"],"
                        + "\"response_language\":\"en\",\"voice_audio_base64\":null,\"voice_audio_url\":null}");
    }

    @Test
    void echoesWhatTheClientGave() throws IOException {
        JsonNode metadata = Json.mapper().readTree("{\"message_key\":\"wamid.1\",\"n\":1.10,\"o\":{\"é\":[]}}");
        Envelope envelope = envelope(Optional.of("c-\"1\""), Optional.of(metadata));

        assertThat(written(CallbackPayload.completed(ID, envelope, "{\"responses\":[]}".getBytes(UTF_8))))
                .isEqualTo("{\"message_id\":\"" + ID + "\",\"client_message_id\":\"c-\\\"1\\\"\",\"user_id\":\"4242\","
                        + "\"org_id\":\"Bible Society\",\"client_id\":\"web\",\"status\":\"completed\","
                        + "\"metadata\":{\"message_key\":\"wamid.1\",\"n\":1.10,\"o\":{\"é\":[]}},\"responses\":[]}");
    }

    @Test
    void leavesTheWorkersFieldsByteForByte() throws IOException {
        String odd = "{ \"a\" : 1.00e0 , \"b\":\"\\u00e9\\/é\" ,\n\"c\":{ \"message_id\" : 7 },"
                + "\"d\":123456789012345678901234567890}";

        assertThat(written(CallbackPayload.completed(ID, BARE, odd.getBytes(UTF_8))))
                .endsWith(",\"a\" : 1.00e0,\"b\":\"\\u00e9\\/é\",\"c\":{ \"message_id\" : 7 },"
                        + "\"d\":123456789012345678901234567890}");
    }

    @Test
    void givesItsOwnNamesPrecedenceAlsoWhereItHasNoValue() throws IOException {
        String response = """
                {"message_id":"x","client_message_id":"x","user_id":"x","org_id":"x","client_id":"x","status":"x",\
                "metadata":{"x":1},"responses":[]}""";

        assertThat(written(CallbackPayload.completed(ID, BARE, response.getBytes(UTF_8))))
                .isEqualTo("{" + BARE_FIELDS + ",\"status\":\"completed\",\"responses\":[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " { } ", "{\"message_id\":\"x\",\"status\":\"ok\"}"})
    void isWellFormedWhenTheAnswerHasNothingToAdd(String response) throws IOException {
        assertThat(written(CallbackPayload.completed(ID, BARE, response.getBytes(UTF_8))))
                .isEqualTo("{" + BARE_FIELDS + ",\"status\":\"completed\"}");
    }

    @Test
    void tellsWhyThereIsNoAnswer() throws IOException {
        Envelope envelope = envelope(Optional.empty(), Optional.of(Json.mapper().readTree("{}")));

        assertThat(written(CallbackPayload.failed(ID, envelope, "worker_timeout", "The worker said \"no\"")))
                .isEqualTo("{" + BARE_FIELDS + ",\"status\":\"error\",\"error\":\"The worker said \\\"no\\\"\","
                        + "\"error_code\":\"worker_timeout\",\"metadata\":{}}");
    }

    @Test
    void carriesALargeVoiceMessage() throws IOException {
        String audio = "A".repeat(20_000_000);
        byte[] response = ("{\"responses\":[\"Hi\"],\"voice_audio_base64\":\"" + audio + "\"}").getBytes(UTF_8);

        JsonNode sent = Json.mapper().readTree(written(CallbackPayload.completed(ID, BARE, response)));

        assertThat(sent.get("voice_audio_base64").textValue()).isEqualTo(audio);
        assertThat(sent.get("message_id").textValue()).isEqualTo(ID.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{\"a\":1", "{\"a\":1}{}"})
    void refusesAnAnswerThatIsNoObject(String response) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackPayload.completed(ID, BARE, response.getBytes(UTF_8)))
                .withMessageEndingWith("bytes (expected: a JSON object)");
    }

    private static Envelope envelope(Optional<String> clientMessageId, Optional<JsonNode> metadata) {
        return new Envelope(
                "Bible Society",
                "4242",
                "web",
                clientMessageId,
                Optional.of("https://gateway.example/hook"),
                metadata,
                Optional.empty(),
                Optional.empty());
    }

    private static String written(CallbackBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeTo(out);
        assertThat(body.length()).isEqualTo(out.size());
        return out.toString(UTF_8);
    }
}
