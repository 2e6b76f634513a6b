package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of a message through everything: accepted, answered by the worker, brought back. Each test has users of its own. */
class PipelineIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path data;

    private static StubWorker worker;
    private static CallbackReceiver receiver;
    private static BrokerProcess broker;
    private static BrokerClient client;

    @BeforeAll
    static void start() {
        worker = StubWorker.answeringWithin(5, 35);
        receiver = new CallbackReceiver();
        broker = BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data)
                .with("WORKER_BASE_URL", worker.url())
                .start();
        client = broker.client();
    }

    @AfterAll
    static void stop() {
        broker.close();
        receiver.close();
        worker.close();
    }

    @Test
    void answersEveryMessageOfManyUsersOnceAndInOrder() {
        List<String> clients = List.of("whatsapp", "telegram", "signal", "web");
        List<String> users = named("many", 40);
        List<String> texts = named("text", 12);
        int before = receiver.callbacks().size();

        List<CompletableFuture<List<String>>> sending = users.stream()
                .map(user -> Later.call(() -> {
                    List<String> ids = new ArrayList<>();
                    for (String text : texts) {
                        ObjectNode message = message(user, text)
                                .put("client_id", clients.get(ids.size() % clients.size()))
                                .put("callback_url", receiver.url());
                        ids.add(accepted(client.post(message)));
                    }
                    return List.copyOf(ids);
                }))
                .toList();
        List<List<String>> sent = sending.stream().map(CompletableFuture::join).toList();

        int all = users.size() * texts.size();
        await().atMost(PATIENCE).until(() -> receiver.callbacks().size() >= before + all);
        // A callback that came twice would have come before this one.
        client.post(message("many-last", "the end").put("callback_url", receiver.url()));
        await().atMost(PATIENCE).until(() -> receiver.callbacksTo("many-last").size() == 1);
        assertThat(receiver.callbacks()).hasSize(before + all + 1);
        assertThat(receiver.callbacks())
                .extracting(CallbackReceiver.Callback::webhookId)
                .doesNotHaveDuplicates();
        assertThat(receiver.refused()).isEmpty();
        assertThat(worker.overlaps()).isZero();
        for (int i = 0; i < users.size(); i++) {
            String user = users.get(i);
            assertThat(worker.messagesOf(user)).as("calls of %s", user).isEqualTo(texts);
            assertThat(receiver.callbacksTo(user))
                    .as("callbacks of %s", user)
                    .extracting(CallbackReceiver.Callback::messageId)
                    .isEqualTo(sent.get(i));
            assertThat(receiver.callbacksTo(user))
                    .extracting(CallbackReceiver.Callback::answer)
                    .isEqualTo(texts.stream().map(text -> "answer to " + text).toList());
        }
    }

    @Test
    void answersTheHeldRequestsOfOneUserInTheirOrder() {
        List<String> texts = named("held", 10);
        List<CompletableFuture<BrokerClient.Answer>> answers = new ArrayList<>();
        for (String text : texts) {
            answers.add(client.postLater(message("patient", text)));
            await().atMost(PATIENCE).until(() -> client.queueLength("patient") == answers.size());
        }

        for (int i = 0; i < texts.size(); i++) {
            // The worker answers one message more, so whoever gets an answer now is next.
            worker.release(1);
            BrokerClient.Answer answer = answers.get(i).join();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body().path("responses").path(0).asText()).isEqualTo("answer to " + texts.get(i));
            assertThat(answer.messageId()).isNotBlank();
            assertThat(answers.subList(i + 1, answers.size())).noneMatch(CompletableFuture::isDone);
        }

        assertThat(worker.messagesOf("patient")).isEqualTo(texts);
        assertThat(client.queueLength("patient")).isZero();
    }

    @Test
    void takesAMessageWithoutACallbackWhenTheClientPrefersNotToWait() {
        BrokerClient.Answer taken = client.post(message("preferring", "held"), "Prefer", "respond-async");
        BrokerClient.Answer early = client.get(taken.header("Location") + "?wait=1");
        worker.release(1);
        BrokerClient.Answer done = client.get(taken.header("Location") + "?wait=60");

        assertThat(taken.status()).isEqualTo(202);
        assertThat(taken.body().path("status").asText()).isEqualTo("queued");
        assertThat(taken.body().path("queue_position").asInt()).isEqualTo(1);
        assertThat(taken.header("Preference-Applied")).isEqualTo("respond-async");
        assertThat(taken.header("Location")).isEqualTo("/api/v1/message/" + taken.messageId());
        assertThat(early.body().path("status").asText()).isIn("queued", "processing");
        assertThat(done.status()).isEqualTo(200);
        assertThat(done.body().path("status").asText()).isEqualTo("completed");
        assertThat(done.body().path("response").path("responses").path(0).asText())
                .isEqualTo("answer to held");
    }

    @Test
    void runsAMessageOnceThatIsSentAgainUnderItsKeyAndRefusesAnotherUnderIt() {
        ObjectNode message = message("repeating", "first").put("client_message_id", "wamid.1");

        BrokerClient.Answer first = client.post(message, "Prefer", "respond-async");
        BrokerClient.Answer again = client.post(message, "Prefer", "respond-async");
        BrokerClient.Answer held = client.post(message);
        BrokerClient.Answer other = client.post(message.deepCopy().put("message", "other"));
        client.post(message("repeating", "last"));

        assertThat(first.status()).isEqualTo(202);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.messageId()).isEqualTo(first.messageId());
        assertThat(held.status()).isEqualTo(200);
        assertThat(held.messageId()).isEqualTo(first.messageId());
        assertThat(held.body().path("responses").path(0).asText()).isEqualTo("answer to first");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.header("Content-Type")).startsWith("application/problem+json");
        assertThat(other.body().path("code").asText()).isEqualTo("idempotency_conflict");
        assertThat(worker.messagesOf("repeating")).containsExactly("first", "last");
    }

    private static String accepted(BrokerClient.Answer answer) {
        assertThat(answer.status()).isEqualTo(202);
        return answer.messageId();
    }

    private static List<String> named(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }
}
