package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who had a message when, in both lanes; the latest twenty attempts of each.
 *
 * @param calls of the worker
 * @param deliveries of its callback
 */
public record Timeline(List<Attempt> calls, List<Attempt> deliveries) {

    /**
     * One holder's time with the message.
     *
     * @param endedAt empty while it runs
     * @param outcome {@code running}, {@code retry}, {@code back} (given back untried), {@code lapsed} (the holder did not come
     *     back), or how the message or the delivery ended
     * @param detail why; may be empty
     */
    public record Attempt(Instant startedAt, Optional<Instant> endedAt, String outcome, String holder, String detail) {}

    static Timeline of(Map<String, byte[]> record) {
        String state = text(record, "state");
        // What the worker said may quote the message, and all operators see this.
        String why = text(record, "worker_status").isEmpty()
                ? text(record, "error")
                : "the worker answered " + text(record, "worker_status");
        String fault = (text(record, "error_code") + " " + why).strip();
        String callback = text(record, "callback_state");
        return new Timeline(
                attempts(record, "", state, fault),
                attempts(record, "callback_", callback, text(record, "callback_error")));
    }

    private static List<Attempt> attempts(Map<String, byte[]> record, String prefix, String end, String detail) {
        List<Attempt> attempts = new ArrayList<>();
        for (String line : text(record, prefix + "trail").split("\n", -1)) {
            if (!line.isEmpty()) {
                attempts.add(attempt(line));
            }
        }
        String claimed = text(record, prefix + "claimed");
        if (!claimed.isEmpty()) {
            String finished = text(record, prefix + "finished");
            attempts.add(new Attempt(
                    time(claimed),
                    finished.isEmpty() ? Optional.empty() : Optional.of(time(finished)),
                    finished.isEmpty() ? "running" : end,
                    text(record, prefix + "holder"),
                    finished.isEmpty() ? "" : detail));
        }
        return attempts;
    }

    /** {@code <claimed> <ended> <outcome> <holder> <detail>}. */
    private static Attempt attempt(String line) {
        String[] words = line.split(" ", 5);
        return new Attempt(time(words[0]), Optional.of(time(words[1])), words[2], words[3], words[4].strip());
    }

    private static Instant time(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }

    private static String text(Map<String, byte[]> record, String field) {
        return new String(record.getOrDefault(field, new byte[0]), UTF_8);
    }
}
