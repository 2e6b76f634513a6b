package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.access.KeyMark;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Envelope;

/** What makes two requests of a gateway one message: its {@code message_key}, within the client, the sender and the chat. */
class ChatKeysTest {

    private static final String SIGNAL_KEY = "1795487657893";

    private final LaneFixture lane = new LaneFixture();
    private final IngestServer server = IngestServer.shared();

    @AfterEach
    void stop() {
        lane.close();
    }

    @Test
    void takesWhatMetaDeliversTwiceForOneMessage() {
        assertThat(accepted(request("whatsapp", "ann", "wamid.1", "hi")))
                .isEqualTo(accepted(request("whatsapp", "ann", "wamid.1", "hi")));
    }

    /** Telegram's gateway makes a key of its own for each request. */
    @Test
    void takesAnotherKeyForAnotherMessage() {
        assertThat(accepted(request("telegram-gateway", "ann", "0d2f", "hi")))
                .isNotEqualTo(accepted(request("telegram-gateway", "ann", "77aa", "hi")));
    }

    /** Signal's is the time at which the sender wrote, so others may have the same. */
    @Test
    void takesTheSameKeyOfAnotherSenderForAnotherMessage() {
        assertThat(accepted(request("signal-gateway", "ann", SIGNAL_KEY, "hi")))
                .isNotEqualTo(accepted(request("signal-gateway", "bob", SIGNAL_KEY, "hi")));
    }

    @Test
    void takesTheSameKeyOfTwoSendersInOneGroupForTwoMessages() {
        assertThat(accepted(inGroup(request("signal-gateway", "ann", SIGNAL_KEY, "hi"), "group:R1JPVVA=")))
                .isNotEqualTo(accepted(inGroup(request("signal-gateway", "bob", SIGNAL_KEY, "hi"), "group:R1JPVVA=")));
    }

    @Test
    void takesTheSameKeyInAnotherChatForAnotherMessage() {
        assertThat(accepted(inGroup(request("signal-gateway", "ann", SIGNAL_KEY, "hi"), "group:QQ==")))
                .isNotEqualTo(accepted(inGroup(request("signal-gateway", "ann", SIGNAL_KEY, "hi"), "group:Qg==")));
    }

    @Test
    void takesTheSameKeyOfAnotherClientForAnotherMessage() {
        assertThat(accepted(request("signal-gateway", "ann", SIGNAL_KEY, "hi")))
                .isNotEqualTo(accepted(request("telegram-gateway", "ann", SIGNAL_KEY, "hi")));
    }

    /** One Signal message with two recordings is two requests under one key. */
    @Test
    void takesAnotherBodyUnderTheSameKeyForAnotherMessage() {
        assertThat(accepted(request("signal-gateway", "ann", SIGNAL_KEY, "first part")))
                .isNotEqualTo(accepted(request("signal-gateway", "ann", SIGNAL_KEY, "second part")));
    }

    /** So the deliverer shows a gateway the key that it has, also while two are in force. */
    @Test
    void notesWhichKeyCameWithAMessageAndNotTheKey() {
        accepted(request("whatsapp", "ann", "wamid.1", "hi"));

        Envelope envelope = lane.take().envelope();

        assertThat(envelope.workerCallback().orElseThrow().keyMark())
                .contains(KeyMark.of(IngestServer.KEY).text());
        assertThat(new String(envelope.toBytes(), UTF_8)).doesNotContain(IngestServer.KEY);
    }

    private String accepted(ObjectNode request) {
        IngestServer.Answer answer = server.post("/api/v1/chat/callback", request.toString());
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return answer.json().path("message_id").asText();
    }

    private static ObjectNode request(String client, String user, String key, String text) {
        return new ObjectMapper()
                .createObjectNode()
                .put("client_id", client)
                .put("user_id", user)
                .put("org", "acme")
                .put("message", text)
                .put("message_key", key)
                .put("progress_callback_url", "http://127.0.0.1:1/cb");
    }

    private static ObjectNode inGroup(ObjectNode request, String chat) {
        return request.put("chat_type", "group").put("chat_id", chat);
    }
}
