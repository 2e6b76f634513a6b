package org.unfoldingword.broker.launcher;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a message tells the demo worker to do, in brackets anywhere in it:
 *
 * <pre>
 * [delay=1500]    thinks so many ms, then answers at once, not word by word
 * [drip=10x200]   ten frames, 200 ms apart, before the answer
 * [fail=500]      answers with that status; [fail=503x2] only the first two times, then well
 * [error]         the turn fails: a terminal error event, or 500
 * [hang]          no sign of life for 90 s, then the connection ends; [hang=2000] for so many ms
 * </pre>
 *
 * @param failTimes how often {@code failStatus} is answered
 * @param tokenPause between two words of the answer
 */
record DemoScript(
        Duration delay,
        int drops,
        Duration dropPause,
        int failStatus,
        int failTimes,
        boolean error,
        Duration hang,
        Duration tokenPause) {

    private static final Pattern DIRECTIVE =
            Pattern.compile("\\[(delay|drip|fail|error|hang)(?:=(\\d{1,7})(?:x(\\d{1,7}))?)?]");
    /** As long as the real worker's lock holds. */
    private static final int HANG_MILLIS = 90_000;

    private static final Duration TOKEN_PAUSE = Duration.ofMillis(15);

    static final DemoScript NONE = of("");

    static DemoScript of(String message) {
        Optional<Argument> delay = argument(message, "delay");
        Optional<Argument> drip = argument(message, "drip");
        Optional<Argument> fail = argument(message, "fail");
        Optional<Argument> hang = argument(message, "hang");
        return new DemoScript(
                delay.map(given -> given.firstMillis(1000)).orElse(Duration.ZERO),
                drip.map(given -> given.first(10)).orElse(0),
                drip.map(given -> given.secondMillis(200)).orElse(Duration.ZERO),
                fail.map(given -> given.first(500))
                        .filter(status -> status >= 400 && status < 600)
                        .orElse(500),
                fail.map(given -> given.second(Integer.MAX_VALUE)).orElse(0),
                argument(message, "error").isPresent(),
                hang.map(given -> given.firstMillis(HANG_MILLIS)).orElse(Duration.ZERO),
                delay.isPresent() ? Duration.ZERO : TOKEN_PAUSE);
    }

    /** The message without what is meant for the worker. */
    static String spoken(String message) {
        return DIRECTIVE.matcher(message).replaceAll("").strip();
    }

    private static Optional<Argument> argument(String message, String name) {
        return DIRECTIVE
                .matcher(message)
                .results()
                .filter(found -> found.group(1).equals(name))
                .map(found -> new Argument(number(found.group(2)), number(found.group(3))))
                .findFirst();
    }

    private static Optional<Integer> number(@Nullable String digits) {
        return Optional.ofNullable(digits).map(Integer::valueOf);
    }

    private record Argument(Optional<Integer> one, Optional<Integer> two) {

        int first(int otherwise) {
            return one.orElse(otherwise);
        }

        int second(int otherwise) {
            return two.orElse(otherwise);
        }

        Duration firstMillis(int otherwise) {
            return Duration.ofMillis(first(otherwise));
        }

        Duration secondMillis(int otherwise) {
            return Duration.ofMillis(second(otherwise));
        }
    }
}
