package org.unfoldingword.broker.lane;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** Puts frames together that lie in the journal in parts. Not safe for threads. */
public final class FrameParts {

    private final ByteArrayOutputStream begun = new ByteArrayOutputStream(0);

    /** Takes the next entry; gives the whole frame that it ends, if it ends one. */
    public Optional<byte[]> add(JournalEntry.Said said) {
        if (!said.goesOn() && begun.size() == 0) {
            return Optional.of(said.data());
        }
        begun.writeBytes(said.data());
        if (said.goesOn()) {
            return Optional.empty();
        }
        byte[] whole = begun.toByteArray();
        begun.reset();
        return Optional.of(whole);
    }

    /** What was begun will not be ended: another attempt speaks now. */
    public void drop() {
        begun.reset();
    }
}
