package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.message.Conversation;

/** {@code /health} says whether it is well, and if not, why. */
class HealthTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");

    private final IngestServer server = IngestServer.shared();
    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void isHealthyWhileBothRolesAreAlive() {
        lane.alive("ok", "ok");
        JsonNode health = health("healthy");
        assertThat(health.path("reasons")).isEmpty();
        assertThat(health.path("worker_connected").asBoolean()).isTrue();
        assertThat(health.path("dispatchers").asInt()).isEqualTo(1);
    }

    @Test
    void saysThatNobodyWorks() {
        JsonNode health = health("degraded");
        assertThat(health.path("reasons").toString()).contains("no dispatcher is alive", "no deliverer is alive");
    }

    @Test
    void saysThatTheWorkerIsAway() {
        lane.alive("circuit-open", "ok");
        JsonNode health = health("degraded");
        assertThat(health.path("worker_connected").asBoolean()).isFalse();
        assertThat(health.path("reasons").path(0).asText())
                .isEqualTo("the circuit to the worker is open in 1 of 1 dispatchers");
    }

    @Test
    void saysThatEverythingIsPaused() {
        lane.alive("ok", "ok");
        lane.operations().pause(new Scope.All(), "ops", "");
        assertThat(health("degraded").path("reasons").path(0).asText()).isEqualTo("everything is paused");
    }

    @Test
    void saysThatAConversationStandsStillUnlessItIsPaused() {
        lane.alive("ok", "ok");
        lane.append(ANN, "one");
        lane.ageHead(ANN, Duration.ofMinutes(20));
        assertThat(health("degraded").path("reasons").path(0).asText())
                .isEqualTo("a conversation has stood still for 20 min");

        lane.operations().pause(new Scope.One(ANN), "ops", "");
        health("healthy");
    }

    private JsonNode health(String status) {
        IngestServer.Answer answer = server.getWithoutKey("/health");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asText()).as(answer.text()).isEqualTo(status);
        return answer.json();
    }
}
