package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.TestMessage;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

class HeldRequestsTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final Duration LONG = Duration.ofHours(1);
    private static final long PATIENCE_SECONDS = 60;

    private final LaneFixture lane = new LaneFixture();
    private final Lanes lanes = lane.lanes();
    private final Watches watches = Watches.open(lanes);
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
    private final HeldRequests held = new HeldRequests(lanes, watches, deadlines, Duration.ofMillis(1));

    @AfterEach
    void close() {
        deadlines.shutdownNow();
        watches.close();
        lane.close();
    }

    @Test
    void answersWhenTheMessageEnds() {
        MessageId id = lane.append(ANN, "hello");
        CompletableFuture<Optional<Found>> answer = held.begin(id).looking().within(LONG);
        assertThat(watches.watched()).isEqualTo(1);

        lane.answer(lane.take());

        assertThat(stateOf(answer)).contains(MessageState.COMPLETED);
        assertThat(watches.watched()).as("watches left").isZero();
    }

    @Test
    void missesNoEndThatComesBeforeItWaits() {
        MessageId id = lanes.newId(ANN);
        HeldRequests.Hold hold = held.begin(id);
        append(id);
        lane.answer(lane.take());

        assertThat(stateOf(hold.within(LONG))).contains(MessageState.COMPLETED);
    }

    /** A subscription that is renewed hints at all that is watched, also at what is just being accepted. */
    @Test
    void doesNotTakeAMessageForGoneThatIsNotAcceptedYet() {
        MessageId id = lanes.newId(ANN);
        HeldRequests.Hold hold = held.begin(id);
        hold.hint();
        // Looks after it, so when this is answered, that has looked.
        held.begin(lanes.newId(ANN)).looking().within(LONG).join();
        append(id);
        lane.answer(lane.take());

        assertThat(stateOf(hold.within(LONG))).contains(MessageState.COMPLETED);
    }

    @Test
    void answersAsItIsWhenTheTimeIsOver() {
        MessageId id = lane.append(ANN, "hello");

        assertThat(stateOf(held.begin(id).within(Duration.ofMillis(1)))).contains(MessageState.QUEUED);
        assertThat(watches.watched()).as("watches left").isZero();
    }

    @Test
    void answersAtOnceForAMessageThatIsNotThere() {
        assertThat(held.begin(lanes.newId(ANN)).looking().within(LONG))
                .succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .isEqualTo(Optional.empty());
    }

    @Test
    void isLetGoWithoutAnAnswer() {
        MessageId id = lane.append(ANN, "hello");
        held.begin(id).close();

        assertThat(watches.watched()).isZero();
    }

    @Test
    void answersAsItIsWhenTheProcessStops() {
        MessageId id = lane.append(ANN, "hello");
        CompletableFuture<Optional<Found>> answer = held.begin(id).within(LONG);

        held.stop();

        assertThat(stateOf(answer)).contains(MessageState.QUEUED);
    }

    private void append(MessageId id) {
        lanes.append(TestMessage.to(ANN, "hello").watchedFor(Watching.END).as(id));
    }

    private static Optional<MessageState> stateOf(CompletableFuture<Optional<Found>> answer) {
        assertThat(answer).succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return answer.join().map(found -> found.record().state());
    }
}
