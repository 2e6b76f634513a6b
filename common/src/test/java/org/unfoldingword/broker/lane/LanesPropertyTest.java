package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/**
 * Random interleavings of all that may happen to the messages lane, on a real redis-server, held against a model after each
 * step: order (I2), one holder (I2), fencing (I4), the account (I3), and no key of an idle conversation (I7).
 */
class LanesPropertyTest {

    private static final List<Conversation> CONVERSATIONS = List.of(
            Conversation.ofUser("acme", "ann"),
            Conversation.ofUser("acme", "bob"),
            Conversation.ofUser("other", "ann"),
            Conversation.ofGroup("acme", "chat", Optional.of("1")));

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void holdsWhateverHappens(@ForAll @Size(min = 1, max = 60) List<@IntRange(min = 0, max = 999) Integer> steps) {
        TestRedis server = TestRedis.emptied();
        LaneProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("broker.lane", LaneProperties.class);
        try (Redis redis = Redis.open(server.properties());
                Lanes lanes = Lanes.open(
                        server.properties(), properties, InstantSource.system(), RandomGenerator.getDefault())) {
            World world = new World(redis, lanes);
            for (int step : steps) {
                world.step(step / 10, step % 10);
                world.check();
            }
            world.drain();
        }
    }

    /** The lane and, beside it, what it ought to be. */
    private static final class World {
        private final Redis redis;
        private final Lanes lanes;
        private final Map<Conversation, Deque<MessageId>> waiting = new LinkedHashMap<>();
        private final Map<String, Claim> held = new LinkedHashMap<>();
        private final List<Claim> zombies = new ArrayList<>();
        private long accepted;
        private long ended;

        World(Redis redis, Lanes lanes) {
            this.redis = redis;
            this.lanes = lanes;
            CONVERSATIONS.forEach(conversation -> waiting.put(conversation, new ArrayDeque<>()));
        }

        void step(int choice, int action) {
            Conversation conversation = CONVERSATIONS.get(choice % CONVERSATIONS.size());
            switch (action) {
                case 0, 1, 2 -> append(conversation);
                case 3, 4 -> claim(1 + choice % 5);
                case 5 -> settle(conversation, answered(), true);
                case 6 ->
                    settle(
                            conversation,
                            new Verdict.Later(Duration.ofHours(1), "busy", true, Verdict.Doubt.RAISED),
                            false);
                case 7 -> lapse(conversation);
                case 8 -> raiseZombie(choice);
                default -> settle(conversation, new Verdict.Back(Duration.ZERO, Verdict.Doubt.UNCHANGED), false);
            }
        }

        private void append(Conversation conversation) {
            Envelope envelope = new Envelope(
                    "o",
                    "u",
                    "web",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            MessageId id = lanes.newId(conversation);
            NewMessage message = new NewMessage(
                    id, conversation, envelope, "{}".getBytes(UTF_8), Optional.empty(), Watching.NOTHING);
            Appended first = lanes.append(message);
            // The reply was lost, and the call is made again.
            Appended again = lanes.append(message);
            waiting.get(conversation).add(id);
            accepted++;
            int position = waiting.get(conversation).size();
            assertThat(first).isEqualTo(new Appended.Accepted(position));
            assertThat(again).isEqualTo(first);
        }

        private void claim(int room) {
            ClaimEntries.Taken taken = lanes.claim(
                    Lane.MESSAGES, lanes.allPartitions(), "holder", room, ClaimEntries.Beat.SILENT, "ok", Set.of());
            assertThat(taken.claims()).hasSizeLessThanOrEqualTo(room);
            for (Claim claim : taken.claims()) {
                String queue = claim.lease().queue();
                assertThat(held).as("held twice").doesNotContainKey(queue);
                assertThat(claim.lease().id())
                        .as("out of order in %s", queue)
                        .isEqualTo(waiting.get(new Conversation(queue)).peek());
                held.put(queue, claim);
            }
        }

        private void settle(Conversation conversation, Verdict verdict, boolean ends) {
            Claim claim = held.remove(conversation.name());
            if (claim == null) {
                return;
            }
            assertThat(lanes.settle(claim, verdict)).isTrue();
            // The reply was lost, and the call is made again.
            assertThat(lanes.settle(claim, verdict)).isTrue();
            if (ends) {
                waiting.get(conversation).remove();
                ended++;
            } else if (verdict instanceof Verdict.Later) {
                makeDue(conversation);
            }
        }

        /** Its holder was killed, and the lease has run out. */
        private void lapse(Conversation conversation) {
            Claim claim = held.remove(conversation.name());
            if (claim != null) {
                makeDue(conversation);
                zombies.add(claim);
            }
        }

        /** A holder that was stopped for long comes back: if another has taken over since, it can change nothing. */
        private void raiseZombie(int choice) {
            if (zombies.isEmpty()) {
                return;
            }
            Claim zombie = zombies.get(choice % zombies.size());
            if (held.containsKey(zombie.lease().queue())) {
                assertThat(lanes.settle(zombie, answered()))
                        .as("a zombie settled")
                        .isFalse();
                assertThat(lanes.extend(Lane.MESSAGES, "holder", List.of(zombie.lease()))
                                .getFirst()
                                .held())
                        .as("a zombie kept its lease")
                        .isFalse();
            }
        }

        private void makeDue(Conversation conversation) {
            String later = "broker:{p%02d}:later:messages".formatted(conversation.partition(16));
            redis.call(commands -> commands.zadd(later, 1.0, Redis.utf8(conversation.name())));
        }

        void check() {
            Totals totals = lanes.totals();
            assertThat(totals.accepted()).isEqualTo(accepted);
            assertThat(totals.completed()).isEqualTo(ended);
            assertThat(totals.unfinished()).isEqualTo(count());
            assertThat(totals.activeQueues())
                    .isEqualTo(waiting.values().stream()
                            .filter(queue -> !queue.isEmpty())
                            .count());
            for (Map.Entry<Conversation, Deque<MessageId>> queue : waiting.entrySet()) {
                assertThat(lanes.queue(queue.getKey()).entries())
                        .extracting(QueueView.Entry::id)
                        .containsExactlyElementsOf(queue.getValue());
            }
        }

        private long count() {
            return waiting.values().stream().mapToLong(Deque::size).sum();
        }

        /** Whatever has happened: it all flows again, in order, and leaves nothing behind. */
        void drain() {
            for (long rounds = count(); count() > 0; rounds--) {
                assertThat(rounds).as("the lane is stuck").isPositive();
                CONVERSATIONS.forEach(this::lapse);
                claim(100);
                CONVERSATIONS.forEach(conversation -> settle(conversation, answered(), true));
            }
            check();
            List<String> keys = redis.call(commands -> commands.keys("*"));
            assertThat(keys)
                    .filteredOn(key -> key.contains("ann") || key.contains("chat"))
                    .allSatisfy(key -> assertThat(key).contains(":doubt:"));
            for (String index : List.of("later", "ready", "held")) {
                assertThat(keys)
                        .filteredOn(key -> key.contains(":" + index + ":"))
                        .isEmpty();
            }
        }

        private static Verdict answered() {
            return new Verdict.Answered("{\"responses\":[]}".getBytes(UTF_8));
        }
    }
}
