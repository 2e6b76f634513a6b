package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.callback.ProgressCutter.Telling;
import org.unfoldingword.broker.message.WorkerCallback.Mode;
import org.unfoldingword.broker.message.WorkerFrame;

class ProgressCutterTest {

    private static final String EXECUTING = "Executing 2 tool(s)...";

    @Test
    void tellsEachIterationOnceItIsCompleteAndWithoutWhatWasTold() {
        ProgressCutter cutter = new ProgressCutter(Mode.ITERATION, 5000);

        assertThat(texts(cutter, "Let ", "me look.")).isEmpty();
        assertThat(cutter.on(status(EXECUTING), 0))
                .containsExactly(new Telling.Status(EXECUTING), new Telling.Progress("Let me look.", 0));
        assertThat(texts(cutter, "\n", "Once more.")).isEmpty();
        assertThat(cutter.on(status(EXECUTING), 0))
                .containsExactly(
                        new Telling.Status(EXECUTING), new Telling.Progress("\nOnce more.", "Letmelook.".length()));
        assertThat(cutter.on(status("Preparing your response..."), 0))
                .containsExactly(new Telling.Status("Preparing your response..."));
    }

    @Test
    void tellsNothingOfAnIterationWithoutText() {
        ProgressCutter cutter = new ProgressCutter(Mode.ITERATION, 5000);

        assertThat(cutter.on(status(EXECUTING), 0)).containsExactly(new Telling.Status(EXECUTING));
        assertThat(texts(cutter, "\n", "Now.")).isEmpty();
        assertThat(cutter.on(status(EXECUTING), 0))
                .containsExactly(new Telling.Status(EXECUTING), new Telling.Progress("Now.", 0));
    }

    @Test
    void tellsAllUpToTheLastSentencesEnd() {
        ProgressCutter cutter = new ProgressCutter(Mode.SENTENCE, 5000);

        assertThat(texts(cutter, "One. ", "Two! ", "Thr", "ee? ", "End"))
                .containsExactly("One. ", "One. Two! ", "One. Two! Three? ");
    }

    @Test
    void tellsAllSoFarEverySoOftenAndOnlyIfThereIsMore() {
        ProgressCutter cutter = new ProgressCutter(Mode.PERIODIC, 3000);

        assertThat(cutter.on(progress("a "), 1000)).isEmpty();
        assertThat(cutter.on(progress("b "), 3999)).isEmpty();
        assertThat(cutter.onTime(4000)).containsExactly(new Telling.Progress("a b ", 0));
        assertThat(cutter.onTime(7000)).isEmpty();
        assertThat(cutter.on(progress("c"), 10_000)).containsExactly(new Telling.Progress("a b c", 0));
    }

    @Test
    void tellsNothingBeforeTheEndIfNotAsked() {
        ProgressCutter cutter = new ProgressCutter(Mode.COMPLETE, 5000);

        assertThat(texts(cutter, "One. ")).isEmpty();
        assertThat(cutter.on(status(EXECUTING), 0)).isEmpty();
    }

    @Test
    void beginsAnewWithAnotherAttempt() {
        ProgressCutter cutter = new ProgressCutter(Mode.ITERATION, 5000);
        texts(cutter, "lost");
        cutter.restart();
        texts(cutter, "found");

        assertThat(cutter.on(status(EXECUTING), 0)).contains(new Telling.Progress("found", 0));
    }

    @Test
    void leavesToTheEndWhatWasNotTold() {
        String answer = "Let me look that up.\nAnswer";
        int spoken = ProgressCutter.spoken("Let me look  that up.");

        assertThat(ProgressCutter.rest(Mode.ITERATION, answer, spoken)).isEqualTo("\nAnswer");
        assertThat(ProgressCutter.rest(Mode.ITERATION, answer, 0)).isEqualTo(answer);
        assertThat(ProgressCutter.rest(Mode.ITERATION, "short", 100)).isEmpty();
        assertThat(ProgressCutter.rest(Mode.SENTENCE, answer, spoken)).isEqualTo(answer);
    }

    @Test
    void keepsItsPlaceInANote() {
        Told told = Told.parse(new Told("1700-12", 34).note());

        assertThat(told).isEqualTo(new Told("1700-12", 34));
        assertThat(told.includes("1700-12")).isTrue();
        assertThat(told.includes("1700-13")).isFalse();
        assertThat(told.includes("999-99")).isTrue();
        assertThat(told.includes("1701-0")).isFalse();
        assertThat(Told.parse("nonsense")).isEqualTo(Told.NOTHING);
    }

    @Test
    void countsWhatWasDeliveredOfEachAttemptByItself() {
        Told first = Told.NOTHING.upTo("17-2", 5).upTo("17-4", 3);

        assertThat(first).isEqualTo(new Told("17-4", 8));
        assertThat(first.spokenOf("17")).isEqualTo(8);
        assertThat(first.spokenOf("18")).isZero();
        assertThat(first.upTo("18-1", 0)).isEqualTo(new Told("18-1", 0));
        assertThat(first.upTo("18-2", 4)).isEqualTo(new Told("18-2", 4));
        assertThat(Told.NOTHING.spokenOf("")).isZero();
    }

    private static List<String> texts(ProgressCutter cutter, String... pieces) {
        List<String> told = new ArrayList<>();
        for (String piece : pieces) {
            for (Telling telling : cutter.on(progress(piece), 0)) {
                told.add(((Telling.Progress) telling).text());
            }
        }
        return told;
    }

    private static WorkerFrame status(String message) {
        return frame("{\"type\":\"status\",\"message\":\"" + message + "\"}");
    }

    private static WorkerFrame progress(String text) {
        return frame("{\"type\":\"progress\",\"text\":\"" + text.replace("\n", "\\n") + "\"}");
    }

    private static WorkerFrame frame(String json) {
        return WorkerFrame.parse(json.getBytes(UTF_8)).orElseThrow();
    }
}
