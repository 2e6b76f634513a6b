package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;

/**
 * A place in a list that is ordered by time and then by name, over all partitions: where the next page begins. It stays right
 * while the list changes.
 *
 * @param atMillis since the epoch
 */
public record Place(long atMillis, String name) {

    static final Comparator<Place> OLDEST_FIRST =
            Comparator.comparingLong(Place::atMillis).thenComparing(Place::name);

    public Instant at() {
        return Instant.ofEpochMilli(atMillis);
    }

    /** As clients pass it back. */
    public String cursor() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((atMillis + " " + name).getBytes(UTF_8));
    }

    /** Reads a cursor; empty for whatever cannot be one. */
    public static Optional<Place> parse(String cursor) {
        try {
            String[] words = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ", 2);
            return words.length == 2 ? Optional.of(new Place(Long.parseLong(words[0]), words[1])) : Optional.empty();
        } catch (IllegalArgumentException garbled) {
            return Optional.empty();
        }
    }
}
