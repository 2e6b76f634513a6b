package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** Journals and cancelling on a real redis-server: seed, one action, the whole state. */
class JournalTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Verdict ANSWERED = new Verdict.Answered("{\"responses\":[\"hello\"]}".getBytes(UTF_8));

    private final LaneFixture lane = new LaneFixture();
    private final Lanes lanes = lane.lanes;

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void keepsAllFromAcceptanceToAnswer() {
        MessageId one = append("one", Watching.FRAMES);
        Claim held = lane.take();
        assertThat(tell(held, 1, "a", "b")).isEqualTo(TellFrames.Told.TOLD);
        assertThat(tell(held, 3, "c")).isEqualTo(TellFrames.Told.TOLD);
        lanes.settle(held, ANSWERED, /* told= */ true);

        assertThat(journal(one)).containsExactly("queued 1", "processing 1", "a", "b", "c", "done");
        assertThat(ttl("events", one)).isPositive();
    }

    @Test
    void keepsNothingOfAMessageThatNobodyStreams() {
        MessageId one = append("one", Watching.END);
        lane.answer(lane.take());

        assertThat(journal(one)).isEmpty();
        assertThat(lane.keys("*:events:*")).isEmpty();
    }

    @Test
    void beginsTheJournalOfARunningMessageWithWhatHasHappened() {
        MessageId one = append("one", Watching.NOTHING);
        Claim held = lane.take();
        lanes.find(one, Watching.FRAMES);
        assertThat(journal(one)).containsExactly("queued 1", "processing 1");

        tell(held, 1, "a");
        assertThat(journal(one)).containsExactly("queued 1", "processing 1", "a");
    }

    @Test
    void asksTheHolderThroughItsLeaseToTell() {
        MessageId one = append("one", Watching.NOTHING);
        Claim held = lane.take();
        lanes.find(one, Watching.FRAMES);

        assertThat(lanes.extend(Lane.MESSAGES, LaneFixture.DISPATCHER, List.of(held.lease())))
                .extracting(ExtendLeases.Standing::watching)
                .containsExactly(Watching.FRAMES);
    }

    @Test
    void writesARepeatedBatchOnce() {
        MessageId one = append("one", Watching.FRAMES);
        Claim held = lane.take();
        tell(held, 1, "a", "b");
        // As if the answer had been lost, and more had gathered meanwhile.
        assertThat(tell(held, 1, "a", "b", "c")).isEqualTo(TellFrames.Told.TOLD);

        assertThat(journal(one)).containsExactly("queued 1", "processing 1", "a", "b", "c");
    }

    @Test
    void refusesTheFramesOfAHolderThatLostItsLease() {
        MessageId one = append("one", Watching.FRAMES);
        Claim dead = lane.take();
        tell(dead, 1, "half");
        lane.makeDue(ANN);
        Claim next = lane.take();

        assertThat(tell(dead, 2, "late")).isEqualTo(TellFrames.Told.STALE);
        tell(next, 1, "whole");
        assertThat(journal(one))
                .containsExactly(
                        "queued 1",
                        "processing 1",
                        "half",
                        "retrying its dispatcher did not come back",
                        "processing 2",
                        "whole");
    }

    @Test
    void tellsOfEachFurtherAttempt() {
        MessageId one = append("one", Watching.FRAMES);
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.makeDue(ANN);
        lane.giveBack(lane.take());
        lane.fail(lane.take());

        assertThat(journal(one))
                .containsExactly(
                        "queued 1",
                        "processing 1",
                        "retrying worker_busy: full",
                        "processing 2",
                        "queued 1",
                        "processing 2",
                        "error worker_failed it said no");
    }

    @Test
    void saysThatTheAnswerIsOnlyInTheRecord() {
        MessageId one = append("one", Watching.FRAMES);
        lanes.settle(lane.take(), ANSWERED, /* told= */ false);

        assertThat(journal(one)).containsExactly("queued 1", "processing 1", "done untold");
    }

    @Test
    void readsOnFromAnyEntry() {
        MessageId one = append("one", Watching.FRAMES);
        Claim held = lane.take();
        tell(held, 1, IntStream.range(0, 30).mapToObj(i -> "f" + i).toArray(String[]::new));

        List<JournalEntry> all = lanes.journal(one, Optional.empty(), 1000);
        for (int i = 0; i < all.size(); i++) {
            List<JournalEntry> rest = lanes.journal(one, Optional.of(all.get(i).id()), 1000);
            assertThat(rest).extracting(JournalEntry::id).isEqualTo(ids(all.subList(i + 1, all.size())));
        }
        assertThat(lanes.journal(one, Optional.of(all.get(4).id()), 3))
                .extracting(JournalEntry::id)
                .isEqualTo(ids(all.subList(5, 8)));
    }

    @Test
    void boundsAJournalInEntriesAndBytes() {
        Map<String, String> small = Map.of(
                "broker.lane.journal-entries", "100",
                "broker.lane.journal-size", "1KB",
                "broker.lane.frame-buffer", "1KB");
        try (Lanes bounded = LaneFixture.open(TestRedis.shared().properties(), small)) {
            MessageId one = append("one", Watching.FRAMES);
            Claim held = lane.take();
            assertThat(bounded.tell(held.lease(), 1, frames("x".repeat(1024)))).isEqualTo(TellFrames.Told.TOLD);
            assertThat(bounded.tell(held.lease(), 2, frames("y"))).isEqualTo(TellFrames.Told.FULL);
            lane.answer(held);
            assertThat(journal(one)).containsExactly("queued 1", "processing 1", "x".repeat(1024), "done untold");

            append("two", Watching.FRAMES);
            Claim next = lane.take();
            String[] many = IntStream.range(0, 99).mapToObj(i -> "z").toArray(String[]::new);
            assertThat(bounded.tell(next.lease(), 1, frames(many))).isEqualTo(TellFrames.Told.FULL);
            // The start, the attempt, and as many frames as fit.
            assertThat(journal(next.lease().id())).hasSize(100);
        }
    }

    @Test
    void takesAWaitingMessageOutOfItsQueue() {
        append("one", Watching.NOTHING);
        MessageId two = TestMessage.to(ANN, "two")
                .watchedFor(Watching.FRAMES)
                .calledBackAt("https://gateway.example/cb")
                .appendTo(lanes);
        append("three", Watching.NOTHING);
        Claim one = lane.take();

        assertThat(lanes.cancel(found(two))).isEqualTo(Cancelled.REMOVED);
        assertThat(lanes.cancel(found(two))).isEqualTo(Cancelled.ENDED);
        assertThat(found(two).record().state()).isEqualTo(MessageState.CANCELLED);
        assertThat(found(two).record().error().orElseThrow().code()).isEqualTo("cancelled");
        assertThat(journal(two)).containsExactly("queued 2", "error cancelled cancelled before it ran");
        assertThat(ttl("message", two)).isEqualTo(-1);
        lane.answer(one);
        assertThat(LaneFixture.text(lane.take())).isEqualTo("three");
        Claim callback = lane.claim(Lane.CALLBACKS, 1).getFirst();
        assertThat(callback.lease().id()).isEqualTo(two);
        lanes.settle(callback, new Verdict.Delivered());
        assertThat(ttl("message", two)).isPositive();
        assertThat(lanes.totals().cancelled()).isEqualTo(1);
        assertThat(lanes.totals().unfinished()).isEqualTo(1);
    }

    @Test
    void makesTheNextDueWhenTheHeadThatWaitsIsCancelled() {
        MessageId one = append("one", Watching.NOTHING);
        append("two", Watching.NOTHING);
        lane.retryIn(lane.take(), Duration.ofHours(1));

        assertThat(lanes.cancel(found(one))).isEqualTo(Cancelled.REMOVED);
        assertThat(LaneFixture.text(lane.take())).isEqualTo("two");
    }

    @Test
    void leavesNothingOfAQueueWhoseOnlyMessageIsCancelled() {
        MessageId one = append("one", Watching.NOTHING);
        lanes.cancel(found(one));

        assertThat(lane.claim(Lane.MESSAGES, 10)).isEmpty();
        assertThat(lane.keys("*ann*")).isEmpty();
        assertThat(ttl("message", one)).isPositive();
        assertThat(lane.operations().audit().clean()).isTrue();
    }

    @Test
    void asksTheHolderOfARunningMessageToStop() {
        MessageId one = append("one", Watching.NOTHING);
        Claim held = lane.take();

        assertThat(lanes.cancel(found(one))).isEqualTo(Cancelled.ASKED);
        assertThat(found(one).record().state()).isEqualTo(MessageState.PROCESSING);
        assertThat(lanes.extend(Lane.MESSAGES, LaneFixture.DISPATCHER, List.of(held.lease())))
                .extracting(ExtendLeases.Standing::cancel)
                .containsExactly(true);
    }

    @Test
    void bringsACancelledMessageThatDidNotEndBackAtOnce() {
        MessageId one = append("one", Watching.NOTHING);
        Claim held = lane.take();
        lanes.cancel(found(one));
        lane.retryIn(held, Duration.ofHours(1));

        assertThat(lane.take().record().cancelAsked()).isTrue();
    }

    @Test
    void remembersTheTurnsOfAConversationThatIsWatched() {
        MessageId before = append("before", Watching.NOTHING);
        assertThat(turns()).containsExactly(before);
        MessageId one = append("one", Watching.NOTHING);
        MessageId two = append("two", Watching.NOTHING);

        assertThat(turns()).containsExactly(before, one, two);
        lane.answer(lane.take());
        assertThat(turns()).containsExactly(before, one, two);
        assertThat(journal(two)).containsExactly("queued 3");
        List<Turn> all = lanes.turns(ANN, Optional.empty());
        assertThat(lanes.turns(ANN, Optional.of(all.get(1)))).containsExactly(all.get(2));
    }

    @Test
    void tracksAConversationThatIsIdleWhenTheWatchBegins() {
        assertThat(turns()).isEmpty();
        MessageId one = append("one", Watching.NOTHING);
        assertThat(turns()).containsExactly(one);
        assertThat(lane.operations().audit().clean()).isTrue();
    }

    private List<MessageId> turns() {
        return lanes.turns(ANN, Optional.empty()).stream().map(Turn::id).toList();
    }

    private TellFrames.Told tell(Claim held, long first, String... frames) {
        return lanes.tell(held.lease(), first, frames(frames));
    }

    private static List<Frame> frames(String... frames) {
        List<Frame> list = new ArrayList<>();
        for (String frame : frames) {
            list.add(new Frame(frame.getBytes(UTF_8), /* goesOn= */ false));
        }
        return list;
    }

    private List<String> journal(MessageId id) {
        return lanes.journal(id, Optional.empty(), 1000).stream()
                .map(JournalTest::shown)
                .toList();
    }

    private static String shown(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Queued queued -> "queued " + queued.position();
            case JournalEntry.Processing processing -> "processing " + processing.attempt();
            case JournalEntry.Said said -> new String(said.data(), UTF_8) + (said.goesOn() ? "…" : "");
            case JournalEntry.Retrying retrying -> "retrying " + retrying.reason();
            case JournalEntry.Done done -> done.told() ? "done" : "done untold";
            case JournalEntry.Ended ended ->
                "error " + ended.fault().code() + " " + ended.fault().message();
        };
    }

    private static List<String> ids(List<JournalEntry> entries) {
        return entries.stream().map(JournalEntry::id).toList();
    }

    private MessageId append(String text, Watching watching) {
        return TestMessage.to(ANN, text).watchedFor(watching).appendTo(lanes);
    }

    private Found found(MessageId id) {
        return lanes.find(id, Watching.NOTHING).orElseThrow();
    }

    private long ttl(String kind, MessageId id) {
        return lane.ttl("broker:{p%02d}:%s:%s".formatted(id.partition(), kind, id));
    }
}
