package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.LaneProperties;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.NewMessage;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.lane.TestRedis;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.telemetry.Meters;

class WholeBrokerTest {

    private final Lanes lanes = Lanes.open(
            TestRedis.emptied().properties(),
            new Binder(new MapConfigurationPropertySource(Map.of())).bindOrCreate("broker.lane", LaneProperties.class),
            InstantSource.system(),
            RandomGenerator.getDefault());
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();

    WholeBrokerTest() {
        WholeBroker.measured(new Operations(lanes), nanos::get, meters);
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void tellsWhatWaitsAndThatRedisAnswers() {
        append("ann");
        append("ann");

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
        MeterRegistry own = new SimpleMeterRegistry();
        Conversation ann = Conversation.ofUser("acme", "ann");
        Conversation bob = Conversation.ofUser("acme", "bob");
        try (LaneFixture lane = new LaneFixture()) {
            WholeBroker.measured(lane.operations(), nanos::get, own);
            lane.append(ann, "paused");
            lane.append(bob, "stuck");
            lane.ageHead(ann, Duration.ofHours(3));
            lane.ageHead(bob, Duration.ofHours(1));
            lane.operations().pause(new Scope.One(ann), "ops", "");

            double age = own.get(Meters.HEAD_AGE.id())
                    .tags("lane", "messages")
                    .gauge()
                    .value();
            assertThat(age).isBetween(3600.0, 7200.0);
        }
    }

    /** Some twenty meters are read in one scrape. */
    @Test
    void asksRedisOncePerScrape() {
        append("ann");
        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(1);
        append("bob");

        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(value(Meters.LANE_QUEUES, "lane", "messages")).isEqualTo(2);
    }

    @Test
    void saysThatRedisIsAwayAndNothingElse() {
        lanes.close();

        assertThat(value(Meters.REDIS_UP)).isZero();
        assertThat(value(Meters.LANE_WAITING, "lane", "messages")).isNaN();
    }

    private void append(String user) {
        Conversation conversation = Conversation.ofUser("acme", user);
        Envelope envelope = new Envelope(
                "acme",
                user,
                "web",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        lanes.append(new NewMessage(
                lanes.newId(conversation),
                conversation,
                envelope,
                "{}".getBytes(UTF_8),
                Optional.empty(),
                Watching.NOTHING));
    }

    private double value(Meters meter, String... tags) {
        return meters.get(meter.id()).tags(tags).gauge().value();
    }
}
