package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** Probes tell a process that is alive from one that wants requests. */
class ReadinessIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void givesUpReadinessFirstAndServesMeanwhile() {
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("ingest-api")
                .with("REDIS_URL", TestRedis.emptied().url())
                // Longer than the test takes: it looks on in the meantime.
                .with("BROKER_STOP_WITHIN", "400s")
                .with("BROKER_READINESS_LEAD", "300s");
        BrokerClient probes =
                new BrokerClient("http://127.0.0.1:" + plan.environment().get("MANAGEMENT_PORT"));
        try (BrokerProcess ingest = plan.start()) {
            assertThat(probes.get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(probes.get("/actuator/health/liveness").status()).isEqualTo(200);
            assertThat(probes.get("/actuator/health")
                            .body()
                            .path("components")
                            .path("store")
                            .path("status")
                            .asText())
                    .isEqualTo("UP");

            ingest.terminate();

            await().atMost(PATIENCE)
                    .until(() -> probes.get("/actuator/health/readiness").status() == 503);
            assertThat(probes.get("/actuator/health/liveness").status())
                    .as("alive")
                    .isEqualTo(200);
            assertThat(ingest.client()
                            .post(BrokerClient.message("ann", "Hello"), "Prefer", "respond-async")
                            .status())
                    .as("still served")
                    .isEqualTo(202);
        }
    }
}
