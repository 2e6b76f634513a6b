package org.unfoldingword.broker.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a terminal shows of it. */
class ReportTest {

    private final Report report = new Report(/* quick= */ true);

    /** A load test's table was 149 columns wide, half of them empty. */
    @Test
    void leavesOutColumnsInWhichNothingIs() {
        report.add(Row.amount("answers", 100, 100));
        report.add(Row.amount("lost", 100, 0).never());

        List<String> lines = report.table().lines().toList();

        assertThat(lines.subList(0, 3))
                .containsExactly(
                        "name       n  value  goal   met?", "answers  100    100", "lost     100      0  never  yes");
    }
}
