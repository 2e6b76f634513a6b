package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What users have sent, and what must have become of it even if processes died meanwhile. */
final class Conversations {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final StubWorker worker;
    private final CallbackReceiver receiver;
    private final Map<String, List<String>> texts = new LinkedHashMap<>();

    Conversations(StubWorker worker, CallbackReceiver receiver) {
        this.worker = worker;
        this.receiver = receiver;
    }

    /** Sends one user's messages, each as soon as the one before it is accepted. */
    void send(BrokerClient client, String user, List<String> more) {
        texts.merge(user, more, (before, after) -> {
            List<String> all = new ArrayList<>(before);
            all.addAll(after);
            return all;
        });
        for (String text : more) {
            BrokerClient.Answer answer =
                    client.post(BrokerClient.message(user, text).put("callback_url", receiver.url()));
            assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        }
    }

    /** Every message was answered and its answer delivered, in order, and no two turns of a user overlapped. */
    void assertAnsweredInOrder() {
        texts.forEach((user, sent) -> {
            await("callbacks of " + user).atMost(PATIENCE).untilAsserted(() -> assertThat(answersTo(user))
                    .isEqualTo(sent.stream().map(text -> "answer to " + text).toList()));
            assertThat(inOrder(worker.messagesOf(user))).as("calls of %s", user).isEqualTo(sent);
        });
        assertThat(worker.overlaps()).isZero();
        assertThat(receiver.refused()).isEmpty();
    }

    /** The texts that the worker got more than once, with one mention for each repetition. */
    List<String> repeated() {
        return texts.keySet().stream()
                .flatMap(user -> {
                    List<String> calls = worker.messagesOf(user);
                    return IntStream.range(1, calls.size())
                            .filter(i -> calls.indexOf(calls.get(i)) < i)
                            .mapToObj(i -> user + " " + calls.get(i));
                })
                .toList();
    }

    private List<String> answersTo(String user) {
        // At least once: one that the crash cut off comes again, with its id.
        LinkedHashSet<String> ids = new LinkedHashSet<>();
        return receiver.callbacksTo(user).stream()
                .filter(callback -> ids.add(callback.webhookId()))
                .map(CallbackReceiver.Callback::answer)
                .toList();
    }

    /** Without the repetitions that follow at once; any other would show as disorder. */
    private static List<String> inOrder(List<String> calls) {
        return IntStream.range(0, calls.size())
                .filter(i -> i == 0 || !calls.get(i).equals(calls.get(i - 1)))
                .mapToObj(calls::get)
                .toList();
    }
}
