package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;

/** One org's flood stays within its share, and the others do not feel it. */
class OrgSharesTest {

    private final AtomicLong nowNanos = new AtomicLong(Duration.ofDays(1).toNanos());
    private final AtomicReference<Map<String, Long>> counted = new AtomicReference<>(Map.of());
    private final AtomicLong looks = new AtomicLong();
    private final AtomicBoolean away = new AtomicBoolean();
    private final OrgShares shares = new OrgShares(
            /* most= */ 10,
            () -> {
                looks.incrementAndGet();
                if (away.get()) {
                    throw LaneFixture.storeAway();
                }
                return counted.get();
            },
            nowNanos::get);

    @Test
    void looksEachSecondAtAnOrgThatIsNearItsShareAndSeldomAtOthers() {
        counted.set(Map.of("flood", 9L));
        shares.take("flood");
        refused("flood");
        shares.take("quiet");
        assertThat(looks).hasValue(1);

        pass(Duration.ofSeconds(2));
        shares.take("quiet");
        assertThat(looks).hasValue(1);
        refused("flood", /* though= */ Map.of("flood", 12L));
        assertThat(looks).hasValue(2);

        pass(Duration.ofSeconds(1));
        counted.set(Map.of("flood", 3L));
        shares.take("flood");
    }

    @Test
    void countsWhatItLetsInBetweenTwoLooks() {
        for (int i = 0; i < 10; i++) {
            shares.take("flood");
        }
        refused("flood");
    }

    /** On a cluster of which one master was away, every message of every conversation was refused, since its org could not be counted. */
    @Test
    void goesByWhatIsKnownWhileOrgsCannotBeCounted() {
        counted.set(Map.of("flood", 9L));
        shares.take("quiet");
        away.set(true);
        pass(Duration.ofMinutes(1));

        shares.take("quiet");
        shares.take("flood");
        refused("flood");
        assertThat(looks).hasValue(2);
    }

    @Test
    void answersAFloodWithWhenToTryAgainAndTakesTheOthers() {
        try (LaneFixture lane = new LaneFixture();
                IngestServer server = IngestServer.on(lane.url(), Map.of("broker.ingest.org-queue-limit", "3"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(post(server, "flood", "user-" + i).status()).isEqualTo(202);
            }

            IngestServer.Answer refused = post(server, "flood", "user-3");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().path("code").asText()).isEqualTo("org_full");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(post(server, "small", "user-0").status()).isEqualTo(202);
            assertThat(lane.queuedByOrg()).isEqualTo(Map.of("flood", 3L, "small", 1L));
            lane.drain();
            assertThat(lane.queuedByOrg()).isEmpty();
        }
    }

    private static IngestServer.Answer post(IngestServer server, String org, String user) {
        String body =
                "{\"org_id\":\"%s\",\"user_id\":\"%s\",\"client_id\":\"web\",\"message\":\"hi\"}".formatted(org, user);
        return server.post("/api/v1/message", IngestServer.KEY, body, "Prefer", "respond-async");
    }

    private void refused(String org) {
        assertThatThrownBy(() -> shares.take(org))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("(expected: fewer than 10)");
    }

    private void refused(String org, Map<String, Long> though) {
        counted.set(though);
        refused(org);
    }

    private void pass(Duration time) {
        nowNanos.addAndGet(time.toNanos());
    }
}
