package org.unfoldingword.broker.lane;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Random interleavings of all that may happen to both lanes, on a real redis-server, held against a model after each step: order and
 * one holder (I2), the account (I3), fencing (I4), the callback written with the end (I5), signals that are only hints (I6), and no
 * key of an idle conversation (I7); of a body no chunk for longer than it is needed, of an erased user nothing, and no turn of a
 * message that is too late. The long run is {@link LanesSoak}.
 */
class LanesPropertyTest {

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
    void holdsWhateverHappens(@ForAll("lives") List<LaneLives.Move> life) {
        LaneLives.live(life);
    }

    @Provide
    Arbitrary<List<LaneLives.Move>> lives() {
        return LaneLives.upTo(/* moves= */ 100);
    }
}
