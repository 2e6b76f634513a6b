package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Prefer} header (RFC 7240), as far as it concerns us. Preferences that are not understood are ignored, as it says.
 */
record Preference(boolean async, Optional<Duration> hold) {

    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,6})\"?");

    static Preference of(@Nullable List<String> headers) {
        boolean async = false;
        Optional<Duration> hold = Optional.empty();
        for (String header : headers == null ? Collections.<String>emptyList() : headers) {
            for (String part : header.split(",", -1)) {
                String word =
                        part.strip().toLowerCase(Locale.ROOT).split(";", -1)[0].strip();
                Matcher waits = WAIT.matcher(word);
                async |= word.equals("respond-async");
                if (waits.matches() && hold.isEmpty()) {
                    hold = Optional.of(Duration.ofSeconds(Long.parseLong(waits.group(1))));
                }
            }
        }
        return new Preference(async, hold);
    }
}
