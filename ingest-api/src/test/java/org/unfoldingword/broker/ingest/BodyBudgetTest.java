package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final long MB = 1024 * 1024;
    private static final long TOTAL = 16 * MB;
    private static final long LONGEST = 4 * MB;

    // 2 MB for small bodies alone; 14 MB for all, of which a key may have 7.
    private final BodyBudget budget = new BodyBudget(TOTAL, LONGEST, /* shared= */ true, /* patience= */ Duration.ZERO);

    /** Twenty recordings of 25 MB each held a part of the memory, none had room for its end, and in the end some were refused. */
    @Test
    void givesALargeBodyAllItsRoomAtOnceOrNone() {
        BodyBudget.Share first = large("ann");
        BodyBudget.Share second = budget.open("ann", LONGEST, LONGEST);
        first.cover(2 * MB);

        assertThatThrownBy(() -> second.cover(2 * MB)).isInstanceOf(Problem.class);
        first.cover(LONGEST);

        first.close();
        second.cover(2 * MB);
    }

    @Test
    void takesWhatHasComeOfALargeOneThatHasJustBegun() {
        budget.open("ann", LONGEST, LONGEST).cover(BodyBudget.PAGE_BYTES);

        assertThat(budget.freeBytes()).isEqualTo(TOTAL - BodyBudget.PAGE_BYTES);
    }

    /** Three slow bodies of 40 MB took all there was; for a minute, every other request waited and was refused. */
    @Test
    void leavesRoomForSmallBodiesHoweverManyLargeOnesAreComing() {
        large("ann");
        large("bob");
        large("cid");
        assertThatThrownBy(() -> large("dan")).isInstanceOf(Problem.class);

        budget.open("ann", 60_000, LONGEST).cover(60_000);
        budget.open("dan", 60_000, LONGEST).cover(60_000);
    }

    /** So did 128 clients that had sent just under a megabyte each. */
    @Test
    void leavesOthersTheirRoomHoweverMuchOneKeyTakes() {
        List<BodyBudget.Share> slow = new ArrayList<>();
        assertThatThrownBy(() -> {
                    while (true) {
                        BodyBudget.Share share = budget.open("ann", MB - 1, LONGEST);
                        slow.add(share);
                        share.cover(MB - 100_000);
                    }
                })
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> {
                    while (true) {
                        BodyBudget.Share share = budget.open("ann", 1_000, LONGEST);
                        slow.add(share);
                        share.cover(10);
                    }
                })
                .isInstanceOf(Problem.class);

        large("bob");
        budget.open("bob", 60_000, LONGEST).cover(60_000);

        slow.forEach(BodyBudget.Share::close);
        large("ann");
    }

    @Test
    void countsABodyThatDoesNotSayItsLengthAsSmallForAsLongAsItIs() {
        BodyBudget.Share unknown = budget.open("ann", -1, LONGEST);
        unknown.cover(BodyBudget.SMALL_BYTES);
        List<BodyBudget.Share> larger = List.of(large("ann"), large("bob"), large("cid"));

        assertThatThrownBy(() -> unknown.cover(3 * MB)).isInstanceOf(Problem.class);
        larger.forEach(BodyBudget.Share::close);
        unknown.cover(3 * MB);
        assertThat(budget.freeBytes()).isEqualTo(TOTAL - LONGEST);
    }

    @Test
    void givesBackWhatABodyOfUnknownLengthDidNotNeed() {
        BodyBudget.Share share = budget.open("ann", -1, LONGEST);
        share.cover(2 * MB);
        assertThat(budget.freeBytes()).isEqualTo(TOTAL - LONGEST);

        share.fit(3 * MB);

        assertThat(budget.freeBytes()).isEqualTo(TOTAL - 3 * MB);
        share.close();
        assertThat(budget.freeBytes()).isEqualTo(TOTAL);
    }

    @Test
    void hasRoomForTheLongestBodyHoweverLittleThereIs() {
        BodyBudget little = new BodyBudget(LONGEST, LONGEST, /* shared= */ true, Duration.ZERO);

        little.open("ann", LONGEST, LONGEST).cover(LONGEST);
    }

    @Test
    void leavesNothingUnusedWhereThereIsOneKey() {
        BodyBudget alone = new BodyBudget(TOTAL, LONGEST, /* shared= */ false, Duration.ZERO);

        for (int i = 0; i < 3; i++) {
            alone.open("ann", LONGEST, LONGEST).cover(LONGEST);
        }
        while (alone.freeBytes() > 0) {
            alone.open("ann", BodyBudget.SMALL_BYTES, LONGEST).cover(BodyBudget.SMALL_BYTES);
        }
    }

    /** One that has come far enough to hold all of its room. */
    private BodyBudget.Share large(String key) {
        BodyBudget.Share share = budget.open(key, LONGEST, LONGEST);
        share.cover(2 * MB);
        return share;
    }
}
