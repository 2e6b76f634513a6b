package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    static Timeline of(Fields record) {
        String state = record.textOrBlank("state");
        // What the worker said may quote the message, and all operators see this.
        String why = record.textOrBlank("worker_status").isEmpty()
                ? record.textOrBlank("error")
                : "the worker answered " + record.textOrBlank("worker_status");
        String fault = (record.textOrBlank("error_code") + " " + why).strip();
        String callback = record.textOrBlank("callback_state");
        return new Timeline(
                attempts(record, "", state, fault),
                attempts(record, "callback_", callback, record.textOrBlank("callback_error")));
    }

    private static List<Attempt> attempts(Fields record, String prefix, String end, String detail) {
        List<Attempt> attempts = new ArrayList<>();
        for (String line : record.textOrBlank(prefix + "trail").split("\n", -1)) {
            if (!line.isEmpty()) {
                attempts.add(attempt(line));
            }
        }
        String claimed = record.textOrBlank(prefix + "claimed");
        if (!claimed.isEmpty()) {
            String finished = record.textOrBlank(prefix + "finished");
            attempts.add(new Attempt(
                    time(claimed),
                    finished.isEmpty() ? Optional.empty() : Optional.of(time(finished)),
                    finished.isEmpty() ? "running" : end,
                    record.textOrBlank(prefix + "holder"),
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
}
