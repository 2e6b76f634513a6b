package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;

/** The clients of streams give up after 30 to 60 s of silence, and those of the worker's count only data. */
class SignOfLifeTest {

    /** Twice what is promised: the machine may be busy. */
    private static final int PATIENCE_SECONDS = 60;

    private final LaneFixture lane = new LaneFixture();
    private final IngestServer server = IngestServer.shared();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void comesOfEachStreamWhileItsMessageWaits() throws Exception {
        lane.append(Conversation.ofUser("acme", "ann"), "waits");

        CompletableFuture<String> ours =
                later(() -> server.stream("/api/v1/stream?org_id=acme&user_id=ann", IngestServer.KEY, "\n:"));
        CompletableFuture<String> workers = later(() -> server.stream(
                "/api/v1/chat/stream",
                "{\"client_id\":\"web\",\"user_id\":\"ann\",\"org\":\"acme\",\"message\":\"hi\"}",
                IngestServer.KEY,
                "keepalive"));

        assertThat(ours.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains("event: queued\n");
        assertThat(workers.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("""
                data: {"type":"status","message":"Queued — processing will begin shortly"}

                data: {"type":"keepalive"}
                """);
    }

    private static <T> CompletableFuture<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
    }
}
