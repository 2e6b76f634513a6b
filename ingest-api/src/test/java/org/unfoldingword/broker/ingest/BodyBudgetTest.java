package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final long MB = 1024 * 1024;

    private final BodyBudget budget = new BodyBudget(10 * MB, /* patience= */ Duration.ZERO);

    /** Twenty recordings of 25 MB each held a part of the memory, none had room for its end, and in the end some were refused. */
    @Test
    void givesALargeBodyAllItsRoomAtOnceOrNone() {
        BodyBudget.Share first = budget.open();
        BodyBudget.Share second = budget.open();
        BodyBudget.Share third = budget.open();
        first.cover(2 * MB, 4 * MB);
        second.cover(2 * MB, 4 * MB);

        assertThatThrownBy(() -> third.cover(2 * MB, 4 * MB)).isInstanceOf(Problem.class);
        first.cover(4 * MB, 4 * MB);
        second.cover(4 * MB, 4 * MB);

        first.close();
        third.cover(2 * MB, 4 * MB);
    }

    @Test
    void takesWhatHasComeOfASmallOne() {
        budget.open().cover(BodyBudget.PAGE_BYTES, 40 * MB);

        assertThat(budget.freeBytes()).isEqualTo(10 * MB - BodyBudget.PAGE_BYTES);
    }

    @Test
    void givesBackWhatABodyOfUnknownLengthDidNotNeed() {
        BodyBudget.Share share = budget.open();
        share.cover(2 * MB, 8 * MB);
        assertThat(budget.freeBytes()).isEqualTo(2 * MB);

        share.fit(3 * MB);

        assertThat(budget.freeBytes()).isEqualTo(7 * MB);
        share.close();
        assertThat(budget.freeBytes()).isEqualTo(10 * MB);
    }
}
