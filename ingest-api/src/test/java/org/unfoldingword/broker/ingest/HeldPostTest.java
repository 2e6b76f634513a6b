package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** A POST without a callback is held: what it is answered, whatever becomes of its message. */
class HeldPostTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BODY =
            "{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hello\"}";

    private final LaneFixture lane = new LaneFixture();
    private final IngestServer server = IngestServer.shared();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        clients.close();
        lane.close();
    }

    @Test
    void isAnsweredWithTheWorkersAnswer() {
        CompletableFuture<IngestServer.Answer> held = post("");
        waiting();
        lane.answer(lane.take(), "{\"responses\":[\"hi\"]}");

        assertThat(held.join().status()).isEqualTo(200);
        assertThat(held.join().json().path("responses").path(0).asText()).isEqualTo("hi");
        assertThat(held.join().json().path("message_id").asText()).isNotEmpty();
    }

    @Test
    void isAnsweredWithTheFaultOfAMessageThatFailed() {
        CompletableFuture<IngestServer.Answer> held = post("");
        waiting();
        lane.fail(lane.take());

        isProblem(held.join(), 502, "worker_failed");
    }

    @Test
    void isAnsweredThatTheWorkerTookTooLong() {
        CompletableFuture<IngestServer.Answer> held = post("");
        waiting();
        lane.end(lane.take(), MessageState.FAILED, "worker_timeout");

        isProblem(held.join(), 504, "worker_timeout");
    }

    /** A held POST whose message somebody cancelled was answered 409, which is for a repeated key with another body. */
    @Test
    void isAnsweredThatItsMessageWasCancelled() {
        CompletableFuture<IngestServer.Answer> held = post("");
        MessageId id = waiting();

        assertThat(server.delete("/api/v1/message/" + id).status()).isEqualTo(200);

        isProblem(held.join(), 502, "cancelled");
    }

    @Test
    void isAnsweredWithThePlaceOnceTheClientsTimeIsOver() {
        IngestServer.Answer answer = post("wait=0").join();

        isAccepted(answer);
    }

    /** RFC 7240, section 4.3: both together ask for an answer that is held so long, and is 202 then. */
    @Test
    void isHeldForAClientThatGivesATimeBeforeItIsAnsweredLater() {
        CompletableFuture<IngestServer.Answer> held = post("respond-async, wait=60");
        waiting();
        lane.answer(lane.take(), "{\"responses\":[\"hi\"]}");

        assertThat(held.join().status()).isEqualTo(200);
        isAccepted(post("respond-async, wait=0").join());
    }

    private static void isAccepted(IngestServer.Answer answer) {
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("status").asText()).isEqualTo("queued");
        assertThat(answer.json().path("queue_position").asInt()).isEqualTo(1);
        assertThat(answer.headers().firstValue("Location"))
                .contains("/api/v1/message/" + answer.json().path("message_id").asText());
    }

    private static void isProblem(IngestServer.Answer answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.json().path("code").asText()).isEqualTo(code);
        assertThat(answer.json().path("message_id").asText()).isNotEmpty();
    }

    private CompletableFuture<IngestServer.Answer> post(String prefer) {
        return CompletableFuture.supplyAsync(
                () -> server.post("/api/v1/message", IngestServer.KEY, BODY, prefer.isEmpty() ? "" : "Prefer", prefer),
                clients);
    }

    /** The message that waits now, once it does. */
    private MessageId waiting() {
        return await().atMost(PATIENCE)
                .until(() -> lane.waiting(ANN), ids -> !ids.isEmpty())
                .getFirst();
    }
}
