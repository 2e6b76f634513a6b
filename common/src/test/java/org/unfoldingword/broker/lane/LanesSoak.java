package org.unfoldingword.broker.lane;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.ShrinkingMode;
import org.springframework.boot.convert.DurationStyle;
import org.unfoldingword.broker.telemetry.SystemTime;

/** {@link LanesPropertyTest} with longer lives, for as long as asked: {@code ./broker test --soak 30m}. */
class LanesSoak {

    /** More than there is time for. Once the time is over, the lives that are left are empty. */
    private static final int LIVES_MAX = 1_000_000;

    private static final int MOVES_MAX = 400;

    private static final long END_NANOS = SystemTime.ticker().nanos()
            + DurationStyle.detectAndParse(System.getProperty("broker.soak", "1m"))
                    .toNanos();

    @Property(tries = LIVES_MAX, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
    void holdsForLong(@ForAll("lives") List<LaneLives.Move> life) {
        if (!life.isEmpty()) {
            LaneLives.live(life);
        }
    }

    @Provide
    Arbitrary<List<LaneLives.Move>> lives() {
        RandomGenerator<List<LaneLives.Move>> lives = LaneLives.upTo(MOVES_MAX).generator(/* genSize= */ LIVES_MAX);
        Shrinkable<List<LaneLives.Move>> none = Shrinkable.unshrinkable(List.of());
        return Arbitraries.fromGenerator(random -> SystemTime.ticker().nanos() < END_NANOS ? lives.next(random) : none);
    }
}
