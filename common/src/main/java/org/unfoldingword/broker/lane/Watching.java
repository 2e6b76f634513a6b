package org.unfoldingword.broker.lane;

import java.util.Locale;

/** What somebody wants to be told about a message. */
public enum Watching {
    /** Nothing. */
    NOTHING,
    /** A signal when it starts, moves or ends. */
    END,
    /** A journal of all that the worker says, and a signal for each entry. */
    FRAMES;

    static Watching of(String word) {
        return word.isEmpty() ? NOTHING : valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The word in records and scripts. */
    String word() {
        return this == NOTHING ? "" : name().toLowerCase(Locale.ROOT);
    }
}
