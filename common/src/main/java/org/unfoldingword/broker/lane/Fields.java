package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The fields of a hash or of a stream's entry, by name. What is no number counts as not there: a hand may have spoilt it. */
record Fields(Map<String, byte[]> values) {

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    boolean has(String name) {
        return values.containsKey(name);
    }

    Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<String> text(String name) {
        return bytes(name).map(bytes -> new String(bytes, UTF_8));
    }

    /** Empty text if there is none. */
    String textOrBlank(String name) {
        return text(name).orElse("");
    }

    Optional<Long> number(String name) {
        return text(name).filter(number -> NUMBER.matcher(number).matches()).map(Long::valueOf);
    }

    /** 0 if there is none. */
    int count(String name) {
        return number(name).orElse(0L).intValue();
    }

    /** Milliseconds since the epoch. */
    Optional<Instant> time(String name) {
        return number(name).map(Instant::ofEpochMilli);
    }
}
