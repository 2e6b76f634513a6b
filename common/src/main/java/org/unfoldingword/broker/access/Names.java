package org.unfoldingword.broker.access;

import java.util.Optional;
import java.util.Set;

/** The names that a key may use: all, or some. */
public sealed interface Names {

    /** Whatever the name. */
    record All() implements Names {}

    /** Only these; at least one. */
    record Some(Set<String> names) implements Names {
        public Some {
            names = Set.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException("names: none (expected: at least one)");
            }
        }
    }

    default boolean include(String name) {
        return switch (this) {
            case All all -> true;
            case Some some -> some.names.contains(name);
        };
    }

    /** The name, where there is only one. */
    default Optional<String> only() {
        return switch (this) {
            case All all -> Optional.empty();
            case Some some -> some.names.size() == 1 ? some.names.stream().findFirst() : Optional.empty();
        };
    }
}
