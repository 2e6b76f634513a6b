package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/** Whoever follows a message or a conversation is told all of it, in order, however late and slow. */
class FollowingTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Optional<Predicate<Found>> EVERYTHING = Optional.empty();
    private static final int SECONDS_MAX = 60;
    /** Of a follower's buffer: less than two frames. */
    private static final int BUFFER_BYTES = 100;

    private final LaneFixture lane = new LaneFixture();
    private final Watches watches = Watches.open(lane.lanes);
    private final Journals journals = new Journals(lane.lanes, watches, BUFFER_BYTES);

    @AfterEach
    void close() {
        watches.close();
        lane.close();
    }

    @Test
    void tellsARunFromItsStartToItsEnd() throws Exception {
        MessageId id = lane.append(ANN, "text");
        Told told = new Told();
        try (Journals.Following following = journals.follow(id, Optional.empty(), told)) {
            told.await("queued 1");
            Claim claim = lane.take();
            lane.say(claim, 1, "one");
            lane.say(claim, 2, "two");
            told.await("said two");
            lane.answer(claim, "{}");

            assertThat(told.end()).isEqualTo(Follower.End.FINISHED);
            assertThat(told.words())
                    .containsExactly(
                            "queued 1",
                            "processing 1",
                            "said one",
                            "said two",
                            "said {\"type\":\"complete\",\"response\":{}}",
                            "done");
        }
        assertThat(journals.followed()).isZero();
    }

    @Test
    void goesOnAfterTheEntryThatWasToldLast() throws Exception {
        MessageId id = lane.append(ANN, "text");
        lane.lanes.find(id, Watching.FRAMES);
        Claim claim = lane.take();
        lane.say(claim, 1, "one");
        lane.say(claim, 2, "two");
        lane.fail(claim);
        String one = lane.lanes.journal(id, Optional.empty(), 100).stream()
                .filter(entry -> word(entry).equals("said one"))
                .findFirst()
                .orElseThrow()
                .id();
        Told told = new Told();

        journals.follow(id, Optional.of(one), told);

        assertThat(told.end()).isEqualTo(Follower.End.FINISHED);
        assertThat(told.words()).containsExactly("said two", "ended worker_failed");
    }

    @Test
    void tellsAnEndWithoutAJournalFromTheRecord() throws Exception {
        MessageId id = lane.append(ANN, "text");
        lane.answer(lane.take(), "{\"a\":1}");
        Told told = new Told();

        journals.follow(id, Optional.empty(), told);

        assertThat(told.end()).isEqualTo(Follower.End.FINISHED);
        assertThat(told.words()).endsWith("said {\"type\":\"complete\",\"response\":{\"a\":1}}", "done");
    }

    /**
     * A follower was busy with what it had been told while the message ended and its journal ran out. It then joined those who had
     * read all, and waited for an end that had been told before: its stream stayed open without end.
     */
    @Test
    void tellsTheEndToAFollowerWhoWasBusyUntilItsJournalWasGone() throws Exception {
        MessageId id = lane.append(ANN, "text");
        Told told = new Told();
        CountDownLatch busy = new CountDownLatch(1);
        told.before = busy;
        journals.follow(id, Optional.empty(), told);
        told.awaitBusy();
        lane.answer(lane.take(), "{}");
        lane.forgetJournal(id);
        busy.countDown();
        told.await("queued 1");

        // Again, because the last one may come before the follower has joined.
        await().atMost(SECONDS_MAX, TimeUnit.SECONDS).until(() -> {
            lane.signal(id);
            return told.end.isDone();
        });
        assertThat(told.end()).isEqualTo(Follower.End.FINISHED);
        assertThat(told.words()).containsExactly("queued 1", "said {\"type\":\"complete\",\"response\":{}}", "done");
    }

    @Test
    void tellsAFollowerThatIsSlowAllTheSame() throws Exception {
        MessageId id = lane.append(ANN, "text");
        Told told = new Told();
        CountDownLatch slow = new CountDownLatch(1);
        told.before = slow;
        journals.follow(id, Optional.empty(), told);
        Claim claim = lane.take();
        List<String> frames = new ArrayList<>();
        for (int number = 1; number <= 50; number++) {
            lane.say(claim, number, "frame number " + number);
            frames.add("said frame number " + number);
        }
        lane.fail(claim);
        slow.countDown();

        assertThat(told.end()).isEqualTo(Follower.End.FINISHED);
        assertThat(told.words()).filteredOn(word -> word.startsWith("said")).isEqualTo(frames);
    }

    @Test
    void letsGoOfAFollowerThatCannotTakeMore() throws Exception {
        MessageId id = lane.append(ANN, "text");
        CompletableFuture<Follower.End> end = new CompletableFuture<>();

        journals.follow(id, Optional.empty(), new Follower() {
            @Override
            public void happened(MessageId of, List<JournalEntry> entries) throws IOException {
                throw new IOException("gone");
            }

            @Override
            public void over(End why) {
                end.complete(why);
            }
        });

        assertThat(end.get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(Follower.End.LEFT);
    }

    @Test
    void saysThatThereIsNoSuchMessage() throws Exception {
        Told told = new Told();

        journals.follow(lane.lanes.newId(ANN), Optional.empty(), told);

        assertThat(told.end()).isEqualTo(Follower.End.UNKNOWN);
    }

    @Test
    void tellsAConversationMessageByMessage() throws Exception {
        lane.append(ANN, "first");
        Told told = new Told();
        try (Journals.Following following = journals.follow(ANN, Optional.empty(), EVERYTHING, told)) {
            told.await("queued 1");
            lane.append(ANN, "second");
            told.await("queued 2");
            lane.fail(lane.take());
            told.await("ended worker_failed");
            Claim second = lane.take();
            lane.say(second, 1, "hello");
            lane.answer(second, "{}");
            told.await("done");

            assertThat(told.words())
                    .filteredOn(word -> !word.startsWith("queued"))
                    .containsExactly(
                            "processing 1",
                            "ended worker_failed",
                            "processing 1",
                            "said hello",
                            "said {\"type\":\"complete\",\"response\":{}}",
                            "done");
        }
    }

    /** A key that may name only the web's messages was told, frame for frame, what its user says elsewhere. */
    @Test
    void tellsOfAConversationOnlyWhatTheFollowerMayKnowOf() throws Exception {
        lane.append(
                ANN,
                "elsewhere",
                new Envelope(
                        "acme",
                        "ann",
                        "whatsapp",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        Told told = new Told();
        Optional<Predicate<Found>> visible =
                Optional.of(found -> found.envelope().client().equals("web"));
        try (Journals.Following following = journals.follow(ANN, Optional.empty(), visible, told)) {
            MessageId seen = lane.append(ANN, "here");
            told.await("queued 2");
            Claim hidden = lane.take();
            lane.say(hidden, 1, "not for you");
            lane.answer(hidden, "{}");
            lane.answer(lane.take(), "{}");
            told.await("done");

            assertThat(told.ids()).containsOnly(seen);
            assertThat(told.words()).doesNotContain("said not for you");
        }
    }

    /** After ten minutes in which nobody looked, moves are not signalled; whoever followed was told of the old place for ever. */
    @Test
    void tellsAPlaceAgainAlsoWhenNoMoveIsSignalled() throws Exception {
        lane.append(ANN, "first");
        lane.append(ANN, "second");
        lane.append(ANN, "third");
        MessageId fourth = lane.append(ANN, "fourth");
        Told told = new Told();
        try (Journals.Following following = journals.follow(fourth, Optional.empty(), told)) {
            told.await("queued 4");
            lane.answer(lane.take(), "{}");
            told.await("queued 3");
            lane.forgetWatchersOfPlaces(ANN, fourth);
            lane.answer(lane.take(), "{}");

            // As the re-check does when another message is the head.
            await().atMost(SECONDS_MAX, TimeUnit.SECONDS).until(() -> {
                lane.signal(fourth);
                return told.words().contains("queued 2");
            });
        }
    }

    @Test
    void remembersTheLatestTurnsOfAConversationThatIsWatchedForLong() {
        lane.lanes.turns(ANN, Optional.empty());
        for (int i = 0; i < 1010; i++) {
            lane.append(ANN, "message " + i);
            lane.answer(lane.take(), "{}");
        }
        MessageId last = lane.append(ANN, "last");

        List<Turn> turns = lane.lanes.turns(ANN, Optional.empty());

        assertThat(turns).hasSize(1000);
        assertThat(turns.getLast().id()).isEqualTo(last);
    }

    @Test
    void readsAJournalForAThreadThatMayWait() throws Exception {
        MessageId id = lane.append(ANN, "text");
        List<String> words = new ArrayList<>();
        try (JournalReader reader = new JournalReader(id, journals)) {
            reader.next(Duration.ZERO).forEach(entry -> words.add(word(entry)));
            Claim claim = lane.take();
            lane.say(claim, 1, "one");
            lane.fail(claim);
            while (words.stream().noneMatch(word -> word.startsWith("ended"))) {
                reader.next(Duration.ofSeconds(SECONDS_MAX)).forEach(entry -> words.add(word(entry)));
            }
        }

        assertThat(words).containsExactly("queued 1", "processing 1", "said one", "ended worker_failed");
    }

    private static String word(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Queued queued -> "queued " + queued.position();
            case JournalEntry.Processing processing -> "processing " + processing.attempt();
            case JournalEntry.Said said -> "said " + new String(said.data(), UTF_8);
            case JournalEntry.Retrying retrying -> "retrying " + retrying.reason();
            case JournalEntry.Done done -> "done";
            case JournalEntry.Ended ended -> "ended " + ended.fault().code();
        };
    }

    /** A follower that remembers. Safe for threads. */
    private static final class Told implements Follower {
        private final List<String> words = new ArrayList<>();
        private final List<MessageId> ids = new ArrayList<>();
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private final CountDownLatch called = new CountDownLatch(1);
        /** Nothing is taken before it is open. */
        private volatile CountDownLatch before = new CountDownLatch(0);

        /** Until it is told something for the first time. */
        void awaitBusy() throws InterruptedException {
            assertThat(called.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void happened(MessageId id, List<JournalEntry> entries) throws IOException {
            called.countDown();
            try {
                before.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException(stopped);
            }
            synchronized (this) {
                ids.add(id);
                entries.forEach(entry -> words.add(word(entry)));
                notifyAll();
            }
        }

        @Override
        public void over(End why) {
            end.complete(why);
        }

        End end() throws Exception {
            return end.get(SECONDS_MAX, TimeUnit.SECONDS);
        }

        /** Of which messages it was told, for each time. */
        synchronized List<MessageId> ids() {
            return List.copyOf(ids);
        }

        synchronized List<String> words() {
            return List.copyOf(words);
        }

        synchronized void await(String word) throws InterruptedException {
            long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
            Predicate<String> wanted = word::equals;
            while (words.stream().noneMatch(wanted)) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
                assertThat(leftMillis)
                        .as("ms left for '%s' after %s", word, words)
                        .isPositive();
                wait(leftMillis);
            }
        }
    }
}
