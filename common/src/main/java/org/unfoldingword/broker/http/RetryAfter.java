package org.unfoldingword.broker.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The {@code Retry-After} header of RFC 9110, section 10.2.3: a number of seconds, or a date in one of three forms. */
public final class RetryAfter {

    /** A longer wait is read as this one, so that whoever adds it to a date cannot overflow. */
    static final Duration LONGEST = Duration.ofDays(365);

    private static final int SECONDS_DIGITS_MAX = 9;

    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

    private RetryAfter() {}

    /**
     * How long the server asks to wait.
     *
     * @return empty for what is neither a count of seconds nor a date, negative counts among them; zero for a date that
     *     has passed; never more than {@link #LONGEST}
     */
    public static Optional<Duration> parse(String headerValue, Instant now) {
        String value = headerValue.strip();
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(seconds(value));
        }
        return date(value, now).map(date -> bounded(Duration.between(now, date)));
    }

    private static Duration seconds(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > SECONDS_DIGITS_MAX
                ? LONGEST
                : bounded(Duration.ofSeconds(Integer.parseInt(significant)));
    }

    private static Optional<Instant> date(String value, Instant now) {
        for (DateTimeFormatter form : List.of(IMF_FIXDATE, rfc850(now), ASCTIME)) {
            try {
                return Optional.of(LocalDateTime.parse(value, form).toInstant(ZoneOffset.UTC));
            } catch (DateTimeException notInThisForm) {
                // the next form is tried
            }
        }
        return Optional.empty();
    }

    /** Its two-digit year is the one that is at most 50 years ahead, as the RFC has it. */
    private static DateTimeFormatter rfc850(Instant now) {
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, now.atOffset(ZoneOffset.UTC).getYear() - 49)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH);
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
