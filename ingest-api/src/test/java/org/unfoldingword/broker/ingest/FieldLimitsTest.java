package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;

/** The rows of {@code docs/security.md} about fields and keys, each at its limit and one beyond it. */
class FieldLimitsTest {

    private static final int NAME_MAX = 256;
    private static final int URL_MAX = 2048;
    private static final int METADATA_MAX = 16 * 1024;
    private static final int MESSAGE_MAX = 1024 * 1024;
    private static final int EXPIRY_MAX = 30 * 24 * 60 * 60;
    private static final int UNKNOWN_KEYS = 20;

    private static int groups;
    private static LaneFixture lane;
    private static IngestServer server;

    @BeforeAll
    static void serve() {
        lane = new LaneFixture();
        // No attempt is forgiven while the test runs.
        server = IngestServer.on(lane.url(), Map.of("broker.ingest.unknown-key-every", "1h"));
    }

    @AfterAll
    static void stop() {
        server.close();
        lane.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"org_id", "user_id", "client_message_id", "chat_id", "thread_id"})
    void boundsNames(String field) {
        taken(group(), field, text(NAME_MAX));
        refused(group(), field, text(NAME_MAX + 1));
    }

    @Test
    void boundsTheFormatOfARecording() {
        Map<String, String> audio = group();
        audio.put("message_type", "\"audio\"");
        audio.put("audio_base64", "\"AAAA\"");

        taken(audio, "audio_format", text(NAME_MAX));
        refused(audio, "audio_format", text(NAME_MAX + 1));
    }

    @Test
    void boundsTheIdempotencyKey() {
        String json = IngestServer.json(group());

        assertThat(server.post("/api/v1/message", IngestServer.KEY, json, "Idempotency-Key", "k".repeat(NAME_MAX + 1))
                        .json()
                        .path("field")
                        .asText())
                .isEqualTo("Idempotency-Key");
        Map<String, String> calledBack = group();
        calledBack.put("callback_url", "\"http://127.0.0.1:9/\"");
        assertThat(server.post(
                                "/api/v1/message",
                                IngestServer.KEY,
                                IngestServer.json(calledBack),
                                "Idempotency-Key",
                                "k".repeat(NAME_MAX))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void boundsTheClient() {
        taken(group(), "client_id", text(64));
        refused(group(), "client_id", text(65));
    }

    @Test
    void boundsTheAddressOfACallback() {
        String start = "http://127.0.0.1/";

        taken(group(), "callback_url", "\"" + start + "x".repeat(URL_MAX - start.length()) + "\"");
        refused(group(), "callback_url", "\"" + start + "x".repeat(URL_MAX + 1 - start.length()) + "\"");
        refused(group(), "callback_url", "\"" + start + "x".repeat(20_000) + "\"");
    }

    @Test
    void boundsMetadata() {
        String around = "{\"a\":\"\"}";

        taken(group(), "metadata", "{\"a\":\"" + "x".repeat(METADATA_MAX - around.length()) + "\"}");
        refused(group(), "metadata", "{\"a\":\"" + "x".repeat(METADATA_MAX + 1 - around.length()) + "\"}");
    }

    @Test
    void boundsTheMessage() {
        taken(group(), "message", text(MESSAGE_MAX - 2));
        refused(group(), "message", text(MESSAGE_MAX - 1));
    }

    @Test
    void boundsTheTimeToWait() {
        taken(group(), "expires_in", Integer.toString(EXPIRY_MAX));
        refused(group(), "expires_in", Integer.toString(EXPIRY_MAX + 1));
        refused(group(), "expires_in", "0");
        refused(group(), "expires_in", "1e999999999");
        taken(group(), "expires_in", "0.001");
    }

    @Test
    void boundsTheTokensOfABody() {
        taken(group(), "unknown", "[" + "0,".repeat(Json.TOKENS_MAX - 1_000) + "0]");
        malformed("unknown", "[" + "0,".repeat(Json.TOKENS_MAX) + "0]");
    }

    @Test
    void boundsTheDepthOfABody() {
        int within = Json.NESTING_MAX - 1;

        taken(group(), "unknown", "[".repeat(within) + "]".repeat(within));
        malformed("unknown", "[".repeat(within + 1) + "]".repeat(within + 1));
    }

    @Test
    void boundsNumbersWhereverTheyStand() {
        taken(group(), "unknown", "1".repeat(Json.NUMBER_MAX));
        malformed("unknown", "1".repeat(Json.NUMBER_MAX + 1));
        malformed("unknown", "{\"a\":[1e9999999999]}");
        malformed("expires_in", "1e9999999999");
        malformed("metadata", "{\"a\":1e9999999999}");
    }

    /** A small JSON may be long once it is written as the broker keeps it. */
    @Test
    void boundsWhatIsKeptBesideABody() {
        ObjectNode large = JsonNodeFactory.instance.objectNode().put("a", "x".repeat(64 * 1024));
        AcceptMessage accept = server.bean(AcceptMessage.class);
        Submission submission = new Submission(
                Conversation.ofUser("acme", "ann"),
                "acme",
                "ann",
                "web",
                Optional.empty(),
                Optional.empty(),
                Optional.of(large),
                Optional.empty(),
                new byte[] {'{', '}'},
                Optional.empty(),
                Optional.empty());

        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> accept.accept(
                        new AcceptMessage.Offer(submission, Optional.empty(), /* traceparent= */ ""), AnswerBy.ASYNC))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo("fields_too_large"));
        assertThat(lane.waiting(Conversation.ofUser("acme", "ann"))).isEmpty();
    }

    @Test
    void boundsGuessing() {
        for (int i = 0; i < UNKNOWN_KEYS; i++) {
            assertThat(server.get("/api/v1/queue/ann", "guess-" + i).status()).isEqualTo(401);
        }

        IngestServer.Answer refused = server.get("/api/v1/queue/ann", "guess-more");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("too_many_attempts");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isPositive();
        assertThat(server.get("/api/v1/queue/ann?org_id=acme").status()).isEqualTo(200);
    }

    private static void taken(Map<String, String> members, String field, String value) {
        IngestServer.Answer answer = post(members, field, value);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    }

    private static void refused(Map<String, String> members, String field, String value) {
        IngestServer.Answer answer = post(members, field, value);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("invalid_field");
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(answer.text().length()).isLessThan(600);
    }

    private static void malformed(String field, String value) {
        IngestServer.Answer answer = post(group(), field, value);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("invalid_json");
    }

    private static Map<String, String> group() {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("org_id", "\"acme\"");
        members.put("user_id", "\"ann\"");
        members.put("client_id", "\"web\"");
        members.put("message", "\"hi\"");
        members.put("chat_type", "\"group\"");
        members.put("chat_id", "\"" + ++groups + "\"");
        return members;
    }

    private static IngestServer.Answer post(Map<String, String> members, String field, String value) {
        Map<String, String> changed = new LinkedHashMap<>(members);
        changed.put(field, value);
        return server.post("/api/v1/message", IngestServer.KEY, IngestServer.json(changed), "Prefer", "respond-async");
    }

    private static String text(int length) {
        return "\"" + "x".repeat(length) + "\"";
    }
}
