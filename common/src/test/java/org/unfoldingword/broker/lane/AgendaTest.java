package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.message.Conversation;

/** When a worker claims, and how much: on a clock of its own, with sweeps an hour apart. */
@Timeout(60)
class AgendaTest {

    private static final int PLACES = 3;
    private static final int PARTITIONS = 16;

    private final AtomicLong nanos = new AtomicLong(1);
    private final Groups handler = new Groups();
    private Lanes lanes;
    private Agenda agenda;

    @BeforeEach
    void open() throws InterruptedException {
        LaneProperties properties = new Binder(new MapConfigurationPropertySource(
                        Map.of("broker.lane.sweep", "1h", "broker.lane.partitions", PARTITIONS)))
                .bindOrCreate("broker.lane", LaneProperties.class);
        lanes = Lanes.open(
                TestRedis.emptied().properties(), properties, InstantSource.system(), RandomGenerator.getDefault());
        agenda = new Agenda(new Holder(lanes, Lane.MESSAGES, "holder", handler, nanos::get), PLACES);
        agenda.open();
        assertThat(agenda.next().orElseThrow().sweep())
                .as("begins with a sweep")
                .isTrue();
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void asksThePartitionsWhoseTokensItHolds() throws InterruptedException {
        agenda.token(5);
        agenda.token(9);

        assertThat(agenda.next()).contains(new Agenda.Work(List.of(5, 9), PLACES, /* sweep= */ false));
    }

    @Test
    void sweepsWhatItIsToldWillBeDue() throws InterruptedException {
        agenda.dueWithin(Duration.ofSeconds(7));
        nanos.addAndGet(Duration.ofSeconds(8).toNanos());

        assertThat(agenda.next()).contains(new Agenda.Work(lanes.allPartitions(), PLACES, /* sweep= */ true));
    }

    /** A claim costs by the partition: with three places, asking all sixteen that have more takes no more entries. */
    @Test
    void goesRoundThePartitionsThatHaveMoreAsManyAtATimeAsThereIsRoom() throws InterruptedException {
        agenda.took(took(List.of(), List.of(1, 4, 6, 9, 12)), PLACES, GroupRoom.UNLIMITED);

        assertThat(agenda.next().orElseThrow().partitions()).containsExactly(1, 4, 6);
        // They still have more, and wait for their turn.
        agenda.took(took(List.of(), List.of(1, 4, 6)), PLACES, GroupRoom.UNLIMITED);
        assertThat(agenda.next().orElseThrow().partitions()).containsExactly(1, 9, 12);
    }

    @Test
    void passesTokensOnWhileItHasNoRoom() throws InterruptedException {
        agenda.took(took(claims(PLACES), List.of()), PLACES, GroupRoom.UNLIMITED);
        agenda.token(5);

        assertThat(agenda.next()).contains(new Agenda.Work(List.of(5), /* room= */ 0, /* sweep= */ false));
    }

    /** A holder that says nothing counts as dead, and one that is full claims nothing. */
    @Test
    void saysThatItLivesWhileItHasNoRoom() throws InterruptedException {
        agenda.took(took(claims(PLACES), List.of()), PLACES, GroupRoom.UNLIMITED);
        nanos.addAndGet(Duration.ofHours(2).toNanos());

        Agenda.Work work = agenda.next().orElseThrow();

        assertThat(work).isEqualTo(new Agenda.Work(List.of(0), /* room= */ 0, /* sweep= */ false));
        assertThat(work.beats()).isTrue();
    }

    /** The handler has decided, and Redis is slow to take it: as many again may come in, and no more. */
    @Test
    void holdsNoMoreThanTwiceItsPlacesWhileRedisIsSlow() throws InterruptedException {
        agenda.took(took(claims(2 * PLACES), List.of()), PLACES, GroupRoom.UNLIMITED);
        for (int i = 0; i < 2 * PLACES; i++) {
            agenda.leftPlace();
        }
        agenda.token(5);
        assertThat(agenda.next().orElseThrow().room()).isZero();

        agenda.gone();
        agenda.token(5);
        assertThat(agenda.next().orElseThrow().room()).isEqualTo(1);
    }

    @Test
    void sweepsWhenAGroupThatWasPassedOverHasRoomAgain() throws InterruptedException {
        handler.room = new GroupRoom(1, Map.of("acme", 0));
        agenda.took(took(List.of(), List.of()), PLACES, agenda.groupRoom());

        handler.room = new GroupRoom(1, Map.of("acme", 1));

        assertThat(agenda.next().orElseThrow().sweep()).isTrue();
    }

    /** The handler does not know of what was claimed and has not begun. */
    @Test
    void countsWhatHasNotBegunAgainstItsGroup() {
        handler.room = new GroupRoom(2, Map.of());
        List<Claim> claims = claims(2);

        agenda.took(took(claims, List.of()), PLACES, agenda.groupRoom());
        assertThat(agenda.groupRoom().of("acme")).isZero();

        agenda.began(claims.getFirst());
        assertThat(agenda.groupRoom().of("acme")).isEqualTo(1);
    }

    @Test
    void isIdleOnlyWhenNoClaimIsUnderWayAndNothingInHand() {
        assertThat(agenda.beginClaim(PLACES)).isTrue();
        assertThat(agenda.awaitIdle(Duration.ZERO)).isFalse();
        agenda.took(took(claims(1), List.of()), PLACES, GroupRoom.UNLIMITED);
        agenda.endClaim();
        assertThat(agenda.awaitIdle(Duration.ZERO)).isFalse();
        agenda.leftPlace();
        assertThat(agenda.awaitIdle(Duration.ZERO)).isFalse();
        agenda.gone();
        assertThat(agenda.awaitIdle(Duration.ZERO)).isTrue();
    }

    @Test
    void takesNothingOnceClosed() throws InterruptedException {
        agenda.token(5);

        agenda.close();

        assertThat(agenda.next()).isEmpty();
        assertThat(agenda.awaitWant()).isFalse();
        assertThat(agenda.beginClaim(PLACES)).isFalse();
        assertThat(agenda.beginClaim(/* room= */ 0))
                .as("tokens may still be passed on")
                .isTrue();
    }

    private static ClaimEntries.Taken took(List<Claim> claims, List<Integer> more) {
        return new ClaimEntries.Taken(claims, List.of(), more, Optional.empty());
    }

    private List<Claim> claims(int number) {
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Conversation conversation = Conversation.ofUser("acme", "user" + i);
            lanes.append(new NewMessage(
                    lanes.newId(conversation),
                    conversation,
                    LaneFixture.envelope("acme", "user" + i, Optional.empty()),
                    Redis.utf8("{}"),
                    Optional.empty(),
                    Watching.NOTHING));
        }
        for (List<Integer> slot : lanes.slots(lanes.allPartitions())) {
            claims.addAll(lanes.claim(
                            Lane.MESSAGES, slot, "holder", number, ClaimEntries.Beat.SILENT, "ok", GroupRoom.UNLIMITED)
                    .claims());
        }
        assertThat(claims).hasSize(number);
        return claims;
    }

    /** Holds back by group only. */
    private static final class Groups implements LaneHandler {

        private GroupRoom room = GroupRoom.UNLIMITED;

        @Override
        public GroupRoom groupRoom() {
            return room;
        }

        @Override
        public Verdict handle(Held held) {
            throw new AssertionError("not asked");
        }

        @Override
        public Verdict afterFault(Held held, RuntimeException fault) {
            throw new AssertionError("not asked");
        }
    }
}
