package org.unfoldingword.broker.callback;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.message.WorkerCallback.Mode;
import org.unfoldingword.broker.message.WorkerFrame;

/**
 * Decides what of the worker's stream becomes a callback before the end, as the worker itself does. Pure but for what it has seen;
 * not safe for threads.
 *
 * <p>Every status is told. The text comes in small pieces; told of it is, by mode: what was new when the worker went over to its tools
 * ({@link Mode#ITERATION}), all of it every so often ({@link Mode#PERIODIC}), all of it up to the last sentence's end
 * ({@link Mode#SENTENCE}).
 */
final class ProgressCutter {

    /** The worker says so when an iteration's text is complete and its tools are called. */
    private static final Pattern ITERATION_ENDS = Pattern.compile("Executing \\d+ tool\\(s\\)\\.\\.\\.");

    private static final Pattern SENTENCE_ENDS = Pattern.compile("[.!?](?:\\s|$)");

    private final Mode mode;
    private final long throttleMillis;

    private final StringBuilder text = new StringBuilder();
    /** How much of the text was told, in characters. */
    private int told;
    /** When the text may be told next; 0 before there is any. */
    private long dueMillis;

    ProgressCutter(Mode mode, long throttleMillis) {
        this.mode = mode;
        this.throttleMillis = throttleMillis;
    }

    /** The worker says something. */
    List<Telling> on(WorkerFrame frame, long nowMillis) {
        List<Telling> tellings = new ArrayList<>(2);
        if (mode == Mode.COMPLETE) {
            return tellings;
        }
        switch (frame.type()) {
            case "status" -> {
                String message = frame.text("message");
                tellings.add(new Telling.Status(message));
                if (mode == Mode.ITERATION && ITERATION_ENDS.matcher(message).matches()) {
                    tell(told, text.length(), tellings);
                }
            }
            case "progress" -> {
                // The worker separates iterations by a line break, also where there was no text before.
                String piece = frame.text("text");
                text.append(text.isEmpty() && piece.equals("\n") ? "" : piece);
                if (mode == Mode.SENTENCE) {
                    int end = sentenceEnd();
                    tell(0, end, tellings);
                } else if (dueMillis == 0) {
                    dueMillis = nowMillis + throttleMillis;
                }
            }
            default -> {}
        }
        tellings.addAll(onTime(nowMillis));
        return tellings;
    }

    /** Time passes. */
    List<Telling> onTime(long nowMillis) {
        List<Telling> tellings = new ArrayList<>(1);
        if (mode == Mode.PERIODIC && dueMillis != 0 && nowMillis >= dueMillis) {
            tell(0, text.length(), tellings);
            dueMillis = nowMillis + throttleMillis;
        }
        return tellings;
    }

    /** Another attempt begins: the worker says everything anew. */
    void restart() {
        text.setLength(0);
        told = 0;
        dueMillis = 0;
    }

    /**
     * What the end has to say of the text, so that all of it was told once.
     *
     * @param answer all of it, as it stands in the response
     * @param spoken how many characters that are not blank were told before, in {@link Mode#ITERATION}
     */
    static String rest(Mode mode, String answer, int spoken) {
        if (mode != Mode.ITERATION) {
            return answer;
        }
        int from = 0;
        for (int left = spoken; left > 0 && from < answer.length(); from++) {
            left -= Character.isWhitespace(answer.charAt(from)) ? 0 : 1;
        }
        return answer.substring(from);
    }

    /** Characters that are not blank: white space is not the same in the stream's pieces and in the response. */
    static int spoken(String text) {
        return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
    }

    private void tell(int start, int end, List<Telling> tellings) {
        String piece = end > told ? text.substring(start, end) : "";
        if (!piece.isBlank()) {
            told = end;
            tellings.add(new Telling.Progress(piece, spoken(text.substring(0, start))));
        }
    }

    private int sentenceEnd() {
        int end = told;
        Matcher ends = SENTENCE_ENDS.matcher(text).region(told, text.length());
        while (ends.find()) {
            end = ends.end();
        }
        return end;
    }

    /** Something to tell. */
    sealed interface Telling {
        record Status(String message) implements Telling {}

        /**
         * Some of the text.
         *
         * @param from how many characters that are not blank stand before it in the attempt's text
         */
        record Progress(String text, int from) implements Telling {

            /** How many characters of it are not blank. */
            int spoken() {
                return ProgressCutter.spoken(text);
            }
        }
    }
}
