package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.telemetry.Meters;

class WholeBrokerTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Conversation BOB = Conversation.ofUser("acme", "bob");

    private final LaneFixture lane = new LaneFixture();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();

    WholeBrokerTest() {
        WholeBroker.measured(lane.operations(), nanos::get, meters);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void tellsWhatWaitsAndThatRedisAnswers() {
        lane.append(ANN, "one");
        lane.append(ANN, "two");

        assertThat(value(Meters.REDIS_UP)).isEqualTo(1);
        assertThat(value(Meters.LANE_WAITING, "lane", "messages")).isEqualTo(2);
        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(1);
        assertThat(value(Meters.LANE_WAITING, "lane", "callbacks")).isZero();
        assertThat(value(Meters.HEAD_AGE, "lane", "messages")).isNotNegative();
        assertThat(value(Meters.REDIS_MEMORY)).isPositive();
    }

    /** BrokerConversationStuck fired for whoever was paused for longer. */
    @Test
    void leavesAPausedHeadOutOfTheAgeOfTheOldest() {
        lane.append(ANN, "paused");
        lane.append(BOB, "stuck");
        lane.ageHead(ANN, Duration.ofHours(3));
        lane.ageHead(BOB, Duration.ofHours(1));
        lane.operations().pause(new Scope.One(ANN), "ops", "");

        assertThat(value(Meters.HEAD_AGE, "lane", "messages")).isBetween(3600.0, 7200.0);
    }

    /** Some twenty meters are read in one scrape. */
    @Test
    void asksRedisOncePerScrape() {
        lane.append(ANN, "one");
        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(1);
        lane.append(BOB, "two");

        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(2);
    }

    @Test
    void saysThatRedisIsAwayAndNothingElse() {
        lane.lanes().close();

        assertThat(value(Meters.REDIS_UP)).isZero();
        assertThat(value(Meters.LANE_WAITING, "lane", "messages")).isNaN();
    }

    private double value(Meters meter, String... tags) {
        return meters.get(meter.id()).tags(tags).gauge().value();
    }
}
