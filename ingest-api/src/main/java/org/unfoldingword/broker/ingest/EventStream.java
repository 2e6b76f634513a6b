package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * One open response of server-sent events (W3C, "Server-Sent Events"). Written by hand, because the web client only reads
 * {@code data: } with a space and lines that end with LF. Each batch is flushed at once. Holds no thread while nothing happens;
 * safe for threads.
 */
final class EventStream implements Follower, AsyncListener {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    private static final byte[] COMMENT = ascii(":\n\n");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] NEXT_DATA = ascii("\ndata: ");
    private static final byte[] END = ascii("\n\n");

    private final AsyncContext context;
    private final OutputStream out;
    /** Its events' ids name the message, because they are of many. */
    private final boolean many;

    private final Ticker ticker;
    private final Counter tooSlow;
    private final Consumer<EventStream> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long wroteNanos;

    // All below: guarded by lock.
    private boolean closed;
    private Journals.@Nullable Following following;
    /** Id of the last event that has one in a journal. */
    private String place = "0";

    EventStream(AsyncContext context, boolean many, Ticker ticker, Counter tooSlow, Consumer<EventStream> onClose)
            throws IOException {
        this.context = context;
        this.out = context.getResponse().getOutputStream();
        this.many = many;
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
                write(id, entry);
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

    /** Writes a comment if nothing else was written for so long. Passes over a stream that is just being written to. */
    void keepAlive(Duration silence) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (!closed && silentFor(silence)) {
                out.write(COMMENT);
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

    /** Guarded by lock. */
    private void write(MessageId id, JournalEntry entry) throws IOException {
        String name = name(id, entry);
        switch (entry) {
            case JournalEntry.Queued queued -> event(name, "queued", json(id).put("queue_position", queued.position()));
            case JournalEntry.Processing processing ->
                event(name, "processing", json(id).put("attempt", processing.attempt()));
            case JournalEntry.Retrying retrying -> event(name, "retrying", trying(id, retrying));
            case JournalEntry.Done done -> event(name, "done", json(id));
            case JournalEntry.Ended ended ->
                event(
                        name,
                        "error",
                        Json.mapper()
                                .createObjectNode()
                                .put("error", ended.fault().message())
                                .put("code", ended.fault().code())
                                .put("message_id", id.toString()));
            case JournalEntry.Said said -> frame(name, said.parts());
        }
    }

    private String name(MessageId id, JournalEntry entry) {
        if (!many) {
            return entry.id();
        }
        if (entry.id().startsWith(".")) {
            return place + entry.id();
        }
        place = id + "/" + entry.id().split("\\.", 2)[0];
        return id + "/" + entry.id();
    }

    /** Clients that do not know the event pass its data on as if the worker had said it: so it is a status. */
    private static ObjectNode trying(MessageId id, JournalEntry.Retrying retrying) {
        return Json.mapper()
                .createObjectNode()
                .put("type", "status")
                .put("message", "Trying again...")
                .put("message_id", id.toString())
                .put("reason", retrying.reason());
    }

    private static ObjectNode json(MessageId id) {
        return Json.mapper().createObjectNode().put("message_id", id.toString());
    }

    private void event(String id, String event, ObjectNode data) throws IOException {
        out.write(ascii("id: " + id + "\nevent: " + event + "\n"));
        out.write(DATA);
        out.write(Bodies.bytes(data));
        out.write(END);
    }

    private void frame(String id, List<byte[]> parts) throws IOException {
        out.write(ascii("id: " + id + "\n"));
        out.write(DATA);
        for (byte[] part : parts) {
            lines(part);
        }
        out.write(END);
    }

    /** A line break within the data goes on in another data line, as the standard has it. */
    private void lines(byte[] data) throws IOException {
        int from = 0;
        for (int i = 0; i < data.length; i++) {
            if (data[i] == '\n') {
                out.write(data, from, i - from);
                out.write(NEXT_DATA);
                from = i + 1;
            }
        }
        out.write(data, from, data.length - from);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
