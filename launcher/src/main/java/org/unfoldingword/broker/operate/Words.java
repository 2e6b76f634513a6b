package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers and times as people read them. */
final class Words {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private static final Pattern RFC_3339 = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

    private Words() {}

    /** Seconds as {@code 0.4 s}, {@code 12 s}, {@code 3 min} or {@code 2 h 5 min}. */
    static String duration(JsonNode told) {
        double seconds = told.asDouble();
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = (long) seconds;
        if (whole < 120) {
            return whole + " s";
        }
        return whole < 7200 ? whole / 60 + " min" : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** An RFC 3339 time in the machine's zone; nothing for none. */
    static String time(JsonNode at, ZoneId zone) {
        return at.isTextual() ? CLOCK.format(Instant.parse(at.asText()).atZone(zone)) : "";
    }

    /** The broker's words with the times in them as this machine writes times. */
    static String withTimes(String text, ZoneId zone) {
        return RFC_3339.matcher(text)
                .replaceAll(at -> CLOCK.format(Instant.parse(at.group()).atZone(zone)));
    }

    static String bytes(long bytes) {
        return bytes < 1 << 20
                ? bytes / 1024 + " KB"
                : String.format(Locale.ROOT, "%.1f MB", bytes / (1024.0 * 1024.0));
    }

    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
