package org.unfoldingword.broker.operate;

import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a command finds around it.
 *
 * @param madeKey the key that {@code start} has made here, if any
 * @param zone in which times are shown
 */
public record Surroundings(Map<String, String> environment, Supplier<Optional<String>> madeKey, ZoneId zone) {

    static Surroundings none() {
        return new Surroundings(Map.of(), Optional::empty, ZoneId.of("UTC"));
    }
}
