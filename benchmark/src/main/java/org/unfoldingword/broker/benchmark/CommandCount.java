package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands that clients sent to the store, out of {@code INFO commandstats}.
 *
 * <p>Those statistics also count what scripts call, so only commands that no script of ours calls are added up; and
 * {@code GET}, which a script calls only for an idempotency key, and the benchmark sends none.
 */
record CommandCount(Store store) {

    private static final Pattern LINE = Pattern.compile("cmdstat_([a-z]+)[^:]*:calls=(\\d+)");
    private static final Set<String> SENT =
            Set.of("evalsha", "eval", "blpop", "get", "setnx", "subscribe", "unsubscribe", "ping", "hello", "client");

    /** Since the store started. */
    long sent() throws IOException {
        long sum = 0;
        for (Matcher line = LINE.matcher(store.ask("INFO commandstats")); line.find(); ) {
            if (SENT.contains(line.group(1))) {
                sum += Long.parseLong(line.group(2));
            }
        }
        return sum;
    }
}
