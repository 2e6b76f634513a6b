package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** The operator API on a real server and a real Redis. */
class OperatorApiTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String API = "/api/v1/operator";

    private final IngestServer server = IngestServer.shared();
    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void tellsHowTheWholeFares() {
        lane.dead(Conversation.ofUser("acme", "bob"), "three");
        lane.append(ANN, "one");
        lane.append(ANN, "two");

        JsonNode overview = server.get(API + "/overview").json();

        JsonNode messages = overview.path("messages");
        assertThat(messages.path("accepted").asInt()).isEqualTo(3);
        assertThat(messages.path("failed").asInt()).isEqualTo(1);
        assertThat(messages.path("dead_letters").asInt()).isEqualTo(1);
        assertThat(messages.path("waiting").asInt() + messages.path("running").asInt())
                .isEqualTo(2);
        assertThat(overview.path("redis").path("used_memory_bytes").asLong()).isPositive();
    }

    @Test
    void refusesWhoeverHasNoKey() {
        IngestServer.Answer answer = server.getWithoutKey(API + "/overview");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void pausesAndResumesAndSaysWhoDidIt() {
        lane.append(ANN, "one");
        String body = "{\"conversation\":\"user:acme:ann\",\"reason\":\"a broken bot\"}";

        assertThat(changed("/pause", "{\"conversation\":\"user:acme:ann\",\"dry_run\":true}"))
                .isTrue();
        assertThat(server.get(API + "/pauses").json().path("pauses")).isEmpty();
        assertThat(changed("/pause", body)).isTrue();
        assertThat(changed("/pause", body)).isFalse();
        assertThat(server.get(API + "/pauses")
                        .json()
                        .path("pauses")
                        .path(0)
                        .path("reason")
                        .asText())
                .isEqualTo("a broken bot");
        assertThat(show("user:acme:ann").path("explanation").asText())
                .contains("not taken while a pause is in force", "a broken bot");
        assertThat(changed("/resume", "{\"conversation\":\"user:acme:ann\"}")).isTrue();

        JsonNode actions = server.get(API + "/actions").json().path("actions");
        assertThat(actions).hasSize(2);
        assertThat(actions.path(0).path("action").asText()).isEqualTo("resume");
        assertThat(actions.path(1).path("detail").asText()).isEqualTo("a broken bot");
    }

    /** It was the client's route alone, which left no record. */
    @Test
    void cancelsAMessageAndSaysWhoDidIt() {
        lane.append(ANN, "one");
        var running = lane.take();
        MessageId two = lane.append(ANN, "two");
        String first = API + "/messages/" + running.lease().id() + "/cancel";
        String second = API + "/messages/" + two + "/cancel";

        assertThat(server.post(second, "{\"dry_run\":true}")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("queued");
        assertThat(server.get(API + "/actions").json().path("actions")).isEmpty();
        IngestServer.Answer asked = server.post(first, "{}");
        assertThat(asked.status()).as("nobody runs it who would stop").isEqualTo(202);
        assertThat(asked.json().path("status").asText()).isEqualTo("processing");
        assertThat(server.post(second, "{}").json().path("status").asText()).isEqualTo("cancelled");
        assertThat(server.post(second, "{}").status()).isEqualTo(409);
        assertThat(server.post(API + "/messages/nonsense/cancel", "{}").status())
                .isEqualTo(404);

        JsonNode actions = server.get(API + "/actions").json().path("actions");
        assertThat(actions).hasSize(2);
        assertThat(actions.path(0).path("action").asText()).isEqualTo("cancel");
        assertThat(actions.path(0).path("target").asText()).isEqualTo(two.toString());
        assertThat(actions.findValuesAsText("detail")).containsExactly("queued", "processing");
    }

    @Test
    void refusesAPauseOfNothingInParticular() {
        IngestServer.Answer answer = server.post(API + "/pause", "{\"org_id\":\"acme\",\"all\":true}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).contains("exactly one of");
    }

    @Test
    void redrivesTheDeadLettersThatAFilterFindsInTheirOrder() {
        MessageId one = lane.dead(ANN, "one");
        MessageId two = lane.dead(ANN, "two");
        lane.dead(Conversation.ofUser("other", "eve"), "three");

        JsonNode dry = server.post(API + "/dead-letters/redrive", "{\"all\":true,\"org_id\":\"acme\",\"dry_run\":true}")
                .json();
        assertThat(dry.path("count").asInt()).isEqualTo(2);
        assertThat(server.get(API + "/actions").json().path("actions")).isEmpty();

        JsonNode done = server.post(API + "/dead-letters/redrive", "{\"all\":true,\"org_id\":\"acme\"}")
                .json();
        assertThat(done.path("count").asInt()).isEqualTo(2);
        assertThat(done.path("items").findValuesAsText("message_id"))
                .containsExactlyInAnyOrder(one.toString(), two.toString());
        assertThat(lane.drain()).containsExactly("one", "two");
        assertThat(server.get(API + "/actions")
                        .json()
                        .path("actions")
                        .path(0)
                        .path("count")
                        .asInt())
                .isEqualTo(2);
        assertThat(server.get(API + "/dead-letters").json().path("dead_letters"))
                .hasSize(1);
    }

    /** What it brought back died again, later than all others, so it came to that again and again. */
    @Test
    void redrivesOnlyWhatWasDeadWhenItBegan() {
        for (int i = 0; i <= OperatorRequest.LIMIT_MAX; i++) {
            lane.dead(Conversation.ofUser("acme", "u" + i), "text " + i);
        }
        String body = "{\"all\":true,\"position\":\"tail\",\"cursor\":\"%s\"}";

        JsonNode first =
                server.post(API + "/dead-letters/redrive", body.formatted("")).json();
        assertThat(first.path("count").asInt()).isEqualTo(OperatorRequest.LIMIT_MAX);
        lane.fail(lane.claim(Lane.MESSAGES, 1).getFirst());
        JsonNode second = server.post(
                        API + "/dead-letters/redrive",
                        body.formatted(first.path("next_cursor").asText()))
                .json();

        assertThat(second.path("count").asInt()).isEqualTo(1);
        assertThat(second.path("next_cursor").isNull()).isTrue();
        assertThat(server.get(API + "/dead-letters").json().path("dead_letters"))
                .as("what died again")
                .hasSize(1);
        assertThat(server.post(API + "/dead-letters/redrive", body.formatted("odd"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void leavesARecordOfAnActionThatBrokeOff() {
        MessageId one = lane.dead(ANN, "one");
        MessageId two = lane.dead(ANN, "two");
        lane.spoil(one);

        IngestServer.Answer failed =
                server.post(API + "/dead-letters/redrive", "{\"message_ids\":[\"" + one + "\",\"" + two + "\"]}");

        assertThat(failed.status()).isEqualTo(500);
        JsonNode action = server.get(API + "/actions").json().path("actions").path(0);
        assertThat(action.path("count").asInt()).isEqualTo(1);
        assertThat(action.path("detail").asText()).isEqualTo("messages head, broken off after 1 of 2");
    }

    @Test
    void tellsOfEachDeadLetterWhatBecameOfIt() {
        MessageId one = lane.dead(ANN, "one");
        lane.append(ANN, "two");
        lane.drain();

        JsonNode refused = server.post(
                        API + "/dead-letters/redrive",
                        "{\"message_ids\":[\"" + one + "\"],\"position\":\"unless_newer\"}")
                .json();
        assertThat(refused.path("outcomes").path("overtaken").asInt()).isEqualTo(1);
        JsonNode dropped = server.post(API + "/dead-letters/drop", "{\"message_ids\":[\"" + one + "\"]}")
                .json();
        assertThat(dropped.path("count").asInt()).isEqualTo(1);
        assertThat(server.get(API + "/dead-letters").json().path("dead_letters"))
                .isEmpty();
    }

    /** The excerpt of a receiver's or of the worker's answer often quotes the message, and was shown to every operator. */
    @Test
    void showsWhatOthersSaidOnlyWithTheContent() {
        MessageId id =
                lane.append(ANN, "{}", LaneFixture.envelope("acme", "ann", Optional.of("https://gateway.example/cb")));
        lane.endLikeTheWorker(lane.take(), new MessageRecord.WorkerError(422, "cannot parse: hello Ann", ""));
        lane.loseCallback("status 400", "no such chat: hello Ann");

        for (String path : List.of(
                "/messages/" + id, "/dead-letters", "/dead-letters?lane=callbacks", "/conversations/user:acme:ann")) {
            assertThat(server.get(API + path).text()).as(path).doesNotContain("hello Ann");
        }
        JsonNode shown = server.get(API + "/messages/" + id).json();
        assertThat(shown.path("error").path("message").asText()).isEqualTo("the worker answered 422");
        assertThat(shown.path("callback").path("last_error").asText()).isEqualTo("status 400");
        JsonNode content = server.get(API + "/messages/" + id + "/content").json();
        assertThat(content.path("error").asText()).isEqualTo("cannot parse: hello Ann");
        assertThat(content.path("callback_answer").asText()).isEqualTo("no such chat: hello Ann");
        JsonNode own = server.get("/api/v1/message/" + id).json();
        assertThat(own.path("callback").path("last_error").asText()).isEqualTo("status 400: no such chat: hello Ann");
        assertThat(own.path("error").path("message").asText()).contains("hello Ann");
    }

    @Test
    void listsDeadCallbacksWithTheirReason() {
        lane.appendWithCallback(ANN, "one");
        lane.drain();
        assertThat(explanation()).isEqualTo("Nothing of it waits or runs. Results of it wait to be delivered.");
        lane.loseCallback("410 Gone");

        JsonNode letter = server.get(API + "/dead-letters?lane=callbacks")
                .json()
                .path("dead_letters")
                .path(0);
        assertThat(letter.path("reason").asText()).isEqualTo("410 Gone");
        assertThat(letter.path("endpoint").asText()).isEqualTo("https://gateway.example");
        assertThat(letter.path("conversation").asText()).isEqualTo("user:acme:ann");
    }

    @Test
    void pagesThroughConversations() {
        for (int i = 0; i < 12; i++) {
            lane.append(Conversation.ofUser("acme", "u" + i), "text " + i);
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    server.get(API + "/conversations?limit=5&cursor=" + cursor).json();
            seen.addAll(page.path("conversations").findValuesAsText("conversation"));
            cursor = page.path("next_cursor").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));
        assertThat(seen).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void showsPendingEntriesByTheirIdleTime() {
        lane.append(ANN, "one");
        lane.retryIn(lane.take(), Duration.ofHours(1));

        JsonNode pending = server.get(API + "/pending").json().path("pending");
        assertThat(pending).hasSize(1);
        assertThat(pending.path(0).path("consumer").asText()).isEqualTo("nobody");
        assertThat(pending.path(0).path("deliveries").asInt()).isEqualTo(1);
        assertThat(server.get(API + "/pending?idle=3600").json().path("pending"))
                .isEmpty();
    }

    @Test
    void explainsWhoHoldsAConversationAndWhatIsNext() {
        lane.append(ANN, "one");
        lane.append(ANN, "two");
        assertThat(explanation())
                .contains("waits for a dispatcher", "No dispatcher is alive", "1 message waits behind it.")
                .doesNotContain("its org");

        var claim = lane.take();
        assertThat(explanation())
                .contains(
                        "is running: dispatcher-1 has had it", "attempt 1", "if it dies, another goes on within 15 s");

        lane.retryIn(claim, Duration.ofHours(1));
        assertThat(explanation())
                .contains("waits for attempt 2, at ", "The attempt before ended with: worker_busy: full.");

        lane.makeDue(ANN);
        lane.take();
        lane.makeDue(ANN);
        assertThat(explanation())
                .contains("whose lease has run out")
                .contains("continues it as attempt 3, or fails it if that is not to be repeated: it has lost 1 holder");
        assertThat(show("user:acme:nobody").path("explanation").asText()).isEqualTo("Nothing of it waits or runs.");
    }

    /** It waited for "a dispatcher with room" while all of them had room, but not for its org. */
    @Test
    void explainsThatAnOrgMayHaveTakenItsShare() {
        lane.append(ANN, "one");
        lane.alive("ok", "ok");
        assertThat(explanation())
                .contains("waits for a dispatcher with room", "may have no room for one more of its org");
    }

    @Test
    void explainsACallbackThatTellsOfAMessageThatRuns() {
        lane.appendWithCallback(ANN, "one");
        Claim message = lane.take();
        lane.announce(message);
        lane.claim(Lane.CALLBACKS, 1);

        JsonNode callback = show("user:acme:ann").path("callbacks").path(0);
        assertThat(callback.path("explanation").asText()).contains("Its message has not ended");
        assertThat(callback.path("head_for_seconds").asDouble()).isZero();
        JsonNode callbacks = server.get(API + "/overview").json().path("callbacks");
        assertThat(callbacks.path("telling").asInt()).isEqualTo(1);
        assertThat(callbacks.path("pending").asInt()).isZero();
        assertThat(callbacks.path("running").asInt()).isZero();

        lane.answer(message);
        assertThat(show("user:acme:ann")
                        .path("callbacks")
                        .path(0)
                        .path("explanation")
                        .asText())
                .contains("is running")
                .doesNotContain("Its message has not ended");
    }

    @Test
    void findsAConversationWhoseNameIsEscaped() {
        Conversation odd = Conversation.ofUser("acme", "ann b/c");
        lane.append(odd, "one");
        String inPath = URLEncoder.encode(odd.name(), UTF_8);
        JsonNode shown = server.get(API + "/conversations/" + inPath).json();
        assertThat(shown.path("conversation").asText()).isEqualTo("user:acme:ann%20b%2Fc");
        assertThat(shown.path("messages")).hasSize(1);
    }

    /** The names of queues are escaped, what was searched was not. */
    @Test
    void findsAConversationByWhatItIsCalled() {
        lane.dead(Conversation.ofUser("acme", "ann smith"), "two");
        lane.append(Conversation.ofUser("acme", "José"), "one");

        assertThat(found("/conversations", "conversations", "José")).isEqualTo(1);
        assertThat(found("/conversations", "conversations", "user:acme:Jos")).isEqualTo(1);
        assertThat(found("/conversations", "conversations", "user:acme:Jos%C3%A9"))
                .isEqualTo(1);
        assertThat(found("/conversations", "conversations", "Joe")).isZero();
        assertThat(found("/dead-letters", "dead_letters", "ann smith")).isEqualTo(1);
        assertThat(server.post(API + "/dead-letters/drop", "{\"all\":true,\"search\":\"ann smith\"}")
                        .json()
                        .path("count")
                        .asInt())
                .isEqualTo(1);
    }

    private int found(String list, String items, String search) {
        return server.get(API + list + "?search=" + URLEncoder.encode(search, UTF_8))
                .json()
                .path(items)
                .size();
    }

    @Test
    void countsTheWaitOfARedrivenMessageFromItsRedrive() {
        MessageId one = lane.dead(ANN, "one");
        lane.age(one, Duration.ofHours(3));
        server.post(API + "/dead-letters/redrive", "{\"message_ids\":[\"" + one + "\"]}");

        JsonNode message = server.get(API + "/messages/" + one).json();
        assertThat(message.path("waited_seconds").asDouble()).isLessThan(3600);
        assertThat(message.path("redriven_at").asText())
                .isGreaterThan(message.path("accepted_at").asText());
    }

    @Test
    void showsOneMessagesLife() {
        MessageId one = lane.append(ANN, "secret");
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.makeDue(ANN);
        lane.fail(lane.take());

        IngestServer.Answer answer = server.get(API + "/messages/" + one);
        JsonNode message = answer.json();
        assertThat(message.path("status").asText()).isEqualTo("failed");
        assertThat(message.path("calls").findValuesAsText("outcome")).containsExactly("retry", "failed");
        assertThat(answer.text()).doesNotContain("secret");
        assertThat(server.get(API + "/messages/nonsense").status()).isEqualTo(404);
    }

    @Test
    void showsWhatAMessageSaysToWhoeverMayReadIt() {
        String content = API + "/messages/%s/content";
        MessageId dead = lane.dead(ANN, "{\"message\":\"dead\"}");
        MessageId waiting = lane.append(ANN, "{\"message\":\"" + "x".repeat(20_000) + "\"}");
        assertThat(server.get(content.formatted(dead))
                        .json()
                        .path("request")
                        .path("message")
                        .asText())
                .isEqualTo("dead");
        JsonNode large = server.get(content.formatted(waiting)).json();
        assertThat(large.path("request").path("message").asText()).hasSize(20_000);
        assertThat(large.path("response").isNull()).isTrue();
        lane.drain();
        JsonNode answered = server.get(content.formatted(waiting)).json();
        assertThat(answered.path("request").isNull()).isTrue();
        assertThat(answered.path("response").path("responses").path(0).asText()).isEqualTo("hello");
    }

    @Test
    void erasesAUserWithoutKeepingTheNameInTheRecord() {
        lane.append(ANN, "one");
        JsonNode erased = server.post(API + "/erase", "{\"org_id\":\"acme\",\"user_id\":\"ann\"}")
                .json();
        assertThat(erased.path("messages").asInt()).isEqualTo(1);
        IngestServer.Answer actions = server.get(API + "/actions");
        assertThat(actions.json().path("actions").path(0).path("action").asText())
                .isEqualTo("erase");
        assertThat(actions.text()).doesNotContain("ann");
    }

    @Test
    void auditsTheKeys() {
        lane.append(ANN, "one");
        JsonNode audit = server.get(API + "/audit").json();
        assertThat(audit.path("clean").asBoolean()).isTrue();
        assertThat(audit.path("accounts")).hasSize(32);
    }

    private boolean changed(String path, String body) {
        return server.post(API + path, body).json().path("changed").asBoolean();
    }

    private String explanation() {
        return show("user:acme:ann").path("explanation").asText();
    }

    private JsonNode show(String conversation) {
        return server.get(API + "/conversations/" + conversation).json();
    }
}
