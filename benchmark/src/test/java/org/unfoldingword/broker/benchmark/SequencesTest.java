package org.unfoldingword.broker.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequencesTest {

    /** A load test stopped as soon as it had as many answers as messages, and called lost what repetitions had stood in for. */
    @Test
    void countsNoRepetitionForOneThatIsOnItsWay() {
        Sequences answers = new Sequences();
        answers.add("ann", 1);
        answers.add("ann", 1);
        answers.add("ben", 1);
        assertThat(answers.size()).isEqualTo(2);
        answers.add("ann", 2);
        assertThat(answers.size()).isEqualTo(3);
    }
}
