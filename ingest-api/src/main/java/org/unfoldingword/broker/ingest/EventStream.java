package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.Counter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.lane.Follower;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.lane.Journals;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * One open response of server-sent events (W3C, "Server-Sent Events"). Each batch is flushed at once. Holds no thread while nothing
 * happens; safe for threads.
 */
final class EventStream implements Follower, AsyncListener {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    private final AsyncContext context;
    private final OutputStream out;
    private final Dialect dialect;
    private final Ticker ticker;
    private final Counter tooSlow;
    private final Consumer<EventStream> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long wroteNanos;

    // All below, and the dialect: guarded by lock.
    private boolean closed;
    private Journals.@Nullable Following following;

    EventStream(AsyncContext context, Dialect dialect, Ticker ticker, Counter tooSlow, Consumer<EventStream> onClose)
            throws IOException {
        this.context = context;
        this.out = context.getResponse().getOutputStream();
        this.dialect = dialect;
        this.ticker = ticker;
        this.tooSlow = tooSlow;
        this.onClose = onClose;
        this.wroteNanos = ticker.nanos();
    }

    /** What feeds this stream; it ends with it. */
    void fedBy(Journals.Following feed) {
        lock.lock();
        try {
            following = feed;
            if (closed) {
                feed.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void happened(MessageId id, List<JournalEntry> entries) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            for (JournalEntry entry : entries) {
                dialect.say(id, entry, out);
            }
            out.flush();
            wroteNanos = ticker.nanos();
        } catch (IOException left) {
            if (left.getCause() instanceof TimeoutException) {
                log.info("a watcher of {} was too slow and is let go; it can resume", id);
                tooSlow.increment();
            }
            throw left;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void over(End end) {
        close();
    }

    boolean silentFor(Duration silence) {
        return ticker.nanos() - wroteNanos >= silence.toNanos();
    }

    /** Gives a sign of life if nothing else was written for so long. Passes over a stream that is just being written to. */
    void keepAlive(Duration silence) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (!closed && silentFor(silence)) {
                out.write(dialect.keepAlive());
                out.flush();
                wroteNanos = ticker.nanos();
            }
        } catch (IOException left) {
            close();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the response; the client may come back with the id of its last event. */
    void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (following != null) {
                following.close();
            }
        } finally {
            lock.unlock();
        }
        onClose.accept(this);
        try {
            context.complete();
        } catch (IllegalStateException gone) {
            log.debug("a stream's client had left ({})", gone.getMessage());
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        close();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        close();
    }

    @Override
    public void onError(AsyncEvent event) {
        close();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Nobody starts it again.
    }
}
