package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/** The rows of {@code docs/security.md} about fields, on the worker's own routes. */
class ChatLimitsTest {

    private static final int MESSAGE_MAX_BYTES = 1024 * 1024;

    private static int messages;
    private static LaneFixture lane;
    private static IngestServer server;

    @BeforeAll
    static void serve() {
        lane = new LaneFixture();
        server = IngestServer.on(lane.url(), Map.of("broker.ingest.sync-wait", "0s"));
    }

    @AfterAll
    static void stop() {
        server.close();
        lane.close();
    }

    /** What its callbacks repeat is kept beside the message: sixty levels of it were accepted, and could never be read again. */
    @ParameterizedTest
    @ValueSource(strings = {"chat_id", "thread_id", "user_id", "message_key"})
    void refusesWhatCallbacksRepeatUnlessItIsShortText(String field) {
        for (String value : new String[] {
            "[".repeat(62) + "]".repeat(62),
            "{\"a\":1}",
            text(257),
            text(10_000),
            "\"a\\u0000b\"",
            "\"a\\ud800b\"",
            "1" + "0".repeat(300)
        }) {
            IngestServer.Answer answer = post(field, value);

            assertThat(answer.status()).as(value).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).startsWith(field + " must ");
        }
        assertThat(post(field, text(256)).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "chat_id, -1001234567890",
        "thread_id, 77",
        "user_id, 15551234567",
        "user_id, 1e2",
        "message_key, 1795487657893"
    })
    void takesNumbersAndRepeatsThemAsNumbers(String field, String number) throws Exception {
        IngestServer.Answer answer = post(field, number);

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        MessageId id =
                MessageId.parse(answer.json().path("message_id").asText()).orElseThrow();
        Envelope kept = lane.lanes().find(id, Watching.NOTHING).orElseThrow().envelope();
        assertThat(kept.workerCallback().orElseThrow().echo().get(field).decimalValue())
                .isEqualByComparingTo(new ObjectMapper().readTree(number).decimalValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "0", "false"})
    void takesWhatTheWorkerTakesForNothing(String nothing) {
        assertThat(post("chat_id", nothing).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org",
                "user_id",
                "client_id",
                "chat_type",
                "chat_id",
                "response_language_hint",
                "message_key",
                "progress_callback_url",
                "progress_mode",
                "progress_throttle_seconds"
            })
    void readsNoLongFieldAndRepeatsNone(String field) {
        IngestServer.Answer answer = post(field, text(2_000_000));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text().length()).isLessThan(300);
    }

    @Test
    void showsOnlyTheBeginningOfAWrongChatType() {
        IngestServer.Answer answer = post("chat_type", text(15_000));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText())
                .startsWith("Invalid chat_type: xxx")
                .endsWith("…. Must be one of: private, group, supergroup")
                .hasSizeLessThan(200);
    }

    @Test
    void boundsTheMessage() {
        int quotes = 2;

        assertThat(post("message", text(MESSAGE_MAX_BYTES - quotes)).status()).isEqualTo(202);
        IngestServer.Answer refused = post("message", text(MESSAGE_MAX_BYTES - quotes + 1));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("error").asText()).startsWith("message must have at most ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_id", "chat_type", "chat_id", "progress_throttle_seconds"})
    void refusesANumberThatIsNone(String field) {
        IngestServer.Answer answer = post(field, "1e9999999999");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("Invalid JSON body");
    }

    private static String text(int length) {
        return "\"" + "x".repeat(length) + "\"";
    }

    /** A good request but for one member. */
    private static IngestServer.Answer post(String field, String value) {
        Map<String, String> members = new HashMap<>(Map.of(
                "user_id", "\"ann\"",
                "org", "\"acme\"",
                "client_id", "\"web\"",
                "message", "\"hi\"",
                "message_key", "\"" + ++messages + "\"",
                "progress_callback_url", "\"http://127.0.0.1:9/\""));
        members.put(field, value);
        return server.post("/api/v1/chat/callback", IngestServer.json(members));
    }
}
