package org.unfoldingword.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    /** A Sunday. */
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:37Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    120                             | PT2M
                    0                               | PT0S
                    ' 5 '                           | PT5S
                    0000000000007                   | PT7S
                    Sun, 06 Nov 1994 08:50:07 GMT   | PT30S
                    Sunday, 06-Nov-94 08:50:07 GMT  | PT30S
                    Sun Nov  6 08:50:07 1994        | PT30S
                    Wed Nov 16 08:49:37 1994        | PT240H
                    """)
    void readsSecondsAndAllThreeFormsOfDates(String value, Duration wait) {
        assertThat(RetryAfter.parse(value, NOW)).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+5",
                "1.5",
                "5s",
                "soon",
                "١٢",
                "0x10",
                "2026-01-01T00:00:00Z",
                "Mon, 06 Nov 1994 08:50:07 GMT",
                "Sun, 06 Nov 1994 08:50:07 CET",
                "Sun, 31 Feb 1994 08:50:07 GMT"
            })
    void readsNothingElse(String value) {
        assertThat(RetryAfter.parse(value, NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sun, 06 Nov 1994 08:49:36 GMT", "Saturday, 06-Nov-93 08:49:37 GMT"})
    void waitsNoLongerForADateThatHasPassed(String value) {
        assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void boundsWhatNobodyWouldWaitFor(String value) {
        assertThat(RetryAfter.parse(value, NOW)).contains(RetryAfter.LONGEST);
    }

    /** 2044 is 50 years ahead. 2045 would be 51, so it is 1945, when that day was a Tuesday. */
    @ParameterizedTest
    @CsvSource({"'Sunday, 06-Nov-44 08:49:37 GMT', P365D", "'Tuesday, 06-Nov-45 08:49:37 GMT', PT0S"})
    void readsATwoDigitYearAsTheOneAtMostFiftyYearsAhead(String value, Duration wait) {
        assertThat(RetryAfter.parse(value, NOW)).contains(wait);
    }
}
