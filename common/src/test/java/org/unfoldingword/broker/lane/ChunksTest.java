package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** Large bodies and long replies beside the streams, when calls are repeated, refused, or made too late. */
class ChunksTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String LARGE = "x".repeat(10_000);
    private static final long FOR_GOOD = -1;

    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void leavesNothingOfABodyThatWasRefused() {
        lane.append(ANN, LARGE);

        lane.append(ANN, LARGE);

        assertThat(lane.waiting(ANN)).hasSize(1);
        assertThat(chunks()).hasSize(1);
    }

    /** An accepted message that was appended again, its answer having been lost, lost its body an hour later. */
    @Test
    void keepsABodyForGoodWhenItsAppendIsRepeated() {
        NewMessage message = TestMessage.to(ANN, LARGE).in(lane.lanes);
        lane.lanes.append(message);

        lane.lanes.append(message);

        assertThat(chunks()).hasSize(1).allSatisfy(key -> assertThat(lane.ttl(key))
                .isEqualTo(FOR_GOOD));
    }

    /**
     * A settle whose answer was lost is made again. It laid the reply down anew, which then expired after an hour, while its callback
     * was still tried, or before the record was.
     */
    @Test
    void keepsAReplyAsLongAsItsCallbackNeedsItWhenItsSettleIsRepeated() {
        lane.appendWithCallback(ANN, "one");
        Claim held = lane.take();
        lane.answer(held, reply("a"));

        assertThat(lane.answer(held, reply("a"))).isTrue();

        assertThat(chunks()).hasSize(1).allSatisfy(key -> assertThat(lane.ttl(key))
                .isEqualTo(FOR_GOOD));
    }

    /** A dispatcher that stood still past its lease wrote its own long reply over the one that had been settled meanwhile. */
    @Test
    void leavesTheReplyAsItIsWhenOneComesTooLateWithAnother() throws IOException {
        MessageId id = lane.append(ANN, "one");
        Claim zombie = lane.take();
        lane.makeDue(ANN);
        lane.answer(lane.take(), reply("a"));

        assertThat(lane.answer(zombie, reply("b"))).isFalse();

        assertThat(lane.record(id).response().orElseThrow().toBytes())
                .isEqualTo(reply("a").getBytes(UTF_8));
    }

    /** A long reply that was not settled yet was counted nowhere, so erasure passed it over; or it came right after. */
    @Test
    void leavesNothingOfAnErasedUserWhoseLongReplyIsUnderWay() {
        lane.append(ANN, "one");
        Claim held = lane.take();
        lane.lanes.chunks().layReply(held.lease(), reply("a").getBytes(UTF_8));

        lane.operations().erase("acme", "ann", /* dryRun= */ false);
        assertThat(chunks()).isEmpty();

        assertThat(lane.answer(held, reply("a"))).isFalse();
        assertThat(chunks()).isEmpty();
    }

    private static String reply(String letter) {
        return "{\"responses\":[\"" + letter.repeat(300_000) + "\"]}";
    }

    private Set<String> chunks() {
        return lane.keys("*:body:*");
    }
}
