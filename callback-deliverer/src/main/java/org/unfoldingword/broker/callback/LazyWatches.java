package org.unfoldingword.broker.callback;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.telemetry.Ticker;

/** The process's one subscription to what happens to messages, begun when a message is first told of while it runs. Safe for threads. */
final class LazyWatches implements Supplier<Watches>, AutoCloseable {

    private final Lanes lanes;
    private final Ticker ticker;
    /** Guarded by this. */
    private @Nullable Watches open;

    LazyWatches(Lanes lanes, Ticker ticker) {
        this.lanes = lanes;
        this.ticker = ticker;
    }

    @Override
    public synchronized Watches get() {
        if (open == null) {
            open = Watches.open(lanes, ticker);
        }
        return open;
    }

    @Override
    public synchronized void close() {
        if (open != null) {
            open.close();
        }
    }
}
