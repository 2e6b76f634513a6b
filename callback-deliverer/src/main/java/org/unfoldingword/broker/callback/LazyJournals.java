package org.unfoldingword.broker.callback;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.lane.Journals;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watches;

/** The process's one subscription to what happens to messages, begun when a message is first told of while it runs. Safe for threads. */
final class LazyJournals implements Supplier<Journals>, AutoCloseable {

    /** Of what may wait while a callback is posted. */
    private static final long BUFFER_BYTES = 64 * 1024;

    private final Lanes lanes;
    // Guarded by this.
    private @Nullable Watches watches;
    private @Nullable Journals journals;

    LazyJournals(Lanes lanes) {
        this.lanes = lanes;
    }

    @Override
    public synchronized Journals get() {
        if (journals == null) {
            watches = Watches.open(lanes);
            journals = new Journals(lanes, watches, BUFFER_BYTES);
        }
        return journals;
    }

    @Override
    public synchronized void close() {
        if (watches != null) {
            watches.close();
        }
    }
}
