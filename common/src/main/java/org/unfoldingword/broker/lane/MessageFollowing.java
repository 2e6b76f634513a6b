package org.unfoldingword.broker.lane;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.message.MessageId;

/**
 * One follower of one message. It first reads on by itself, a page at a time and as fast as the follower takes them; once there is
 * no more it joins the {@link JournalTail}, which hands it what comes. If more comes than its buffer holds, it leaves the tail and
 * reads on by itself again. Its thread ends when there is nothing to tell.
 */
final class MessageFollowing implements Journals.Following {

    private static final Logger log = LoggerFactory.getLogger(MessageFollowing.class);

    private final Journals journals;
    private final MessageId id;
    private final Follower follower;
    private final JournalTail tail;
    private final Semaphore closing = new Semaphore(0);

    /** Confined to the thread that tells; it hands over under this's lock. */
    private final JournalCursor cursor;

    // All below: guarded by this.
    private final Deque<List<JournalEntry>> queue = new ArrayDeque<>(4);
    private long queuedBytes;
    private boolean telling;
    private boolean behind = true;
    private boolean closed;

    MessageFollowing(Journals journals, MessageId id, Optional<String> after, Follower follower) {
        this.journals = journals;
        this.id = id;
        this.follower = follower;
        this.tail = journals.hold(id);
        this.cursor = new JournalCursor(journals.lanes(), id, after);
    }

    void start() {
        synchronized (this) {
            tell();
        }
    }

    /** Takes news from the tail; never waits. */
    synchronized void push(List<JournalEntry> entries) {
        if (closed || behind) {
            return;
        }
        queuedBytes += bytes(entries);
        if (!queue.isEmpty() && queuedBytes > journals.bufferBytes()) {
            behind = true;
            queue.clear();
            queuedBytes = 0;
        } else {
            queue.add(entries);
        }
        tell();
    }

    /** There is more to tell than the tail can: as if more had come than the buffer holds. */
    synchronized void readOnAlone() {
        behind = true;
        tell();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.clear();
        }
        closing.release();
        tail.leave(this);
        journals.letGo(tail);
    }

    /** Guarded by this. */
    private void tell() {
        if (!telling && !closed) {
            telling = true;
            Thread.ofVirtual().name("follow-" + id).start(this::tellAll);
        }
    }

    private void tellAll() {
        try {
            while (true) {
                boolean readOn;
                @Nullable List<JournalEntry> next;
                synchronized (this) {
                    readOn = behind;
                    next = queue.poll();
                    queuedBytes -= next == null ? 0 : bytes(next);
                    if (closed || !readOn && next == null) {
                        telling = false;
                        return;
                    }
                }
                if (readOn) {
                    readOn();
                } else if (next != null) {
                    tell(next);
                }
            }
        } catch (IOException left) {
            end(Follower.End.LEFT);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            end(Follower.End.LEFT);
        } catch (RuntimeException failed) {
            if (!isClosed()) {
                log.error("following {} failed", id, failed);
            }
            end(Follower.End.LEFT);
        }
    }

    /** Reads and tells until it has joined the tail, or there is nothing more to come. Waits for Redis, if it is away. */
    private void readOn() throws IOException, InterruptedException {
        tail.leave(this);
        while (!isClosed()) {
            try {
                Optional<Found> found = journals.lanes().find(id, Watching.FRAMES);
                if (found.isEmpty()) {
                    end(Follower.End.UNKNOWN);
                    return;
                }
                readOn(found.get());
                return;
            } catch (RedisUnavailable away) {
                closing.tryAcquire(1, TimeUnit.SECONDS);
            }
        }
    }

    private void readOn(Found found) throws IOException {
        boolean placeTold = false;
        while (!isClosed()) {
            long news = tail.news();
            List<JournalEntry> page = cursor.read();
            if (!page.isEmpty()) {
                tell(page);
                continue;
            }
            if (found.record().state().ended()) {
                tell(cursor.fromRecord(found));
                end(Follower.End.FINISHED);
                return;
            }
            if (!placeTold && cursor.place().isPresent() && !cursor.place().equals(found.position())) {
                int position = found.position().orElse(1);
                tell(List.of(new JournalEntry.Queued(cursor.entry() + "." + position, position)));
            }
            placeTold = true;
            if (joinTail(news, found.record().conversation())) {
                return;
            }
        }
    }

    private boolean joinTail(long news, String conversation) {
        // Before, because the tail may hand something over at once.
        catchUp(/* done= */ true);
        boolean joined = tail.join(this, cursor, news, conversation);
        if (!joined) {
            catchUp(/* done= */ false);
        } else if (isClosed()) {
            tail.leave(this);
        }
        return joined;
    }

    private synchronized void catchUp(boolean done) {
        behind = !done;
    }

    private void tell(List<JournalEntry> entries) throws IOException {
        List<JournalEntry> fresh = cursor.pass(entries);
        if (fresh.isEmpty()) {
            return;
        }
        follower.happened(id, fresh);
        if (fresh.getLast().last()) {
            end(Follower.End.FINISHED);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void end(Follower.End why) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        close();
        follower.over(why);
    }

    private static long bytes(List<JournalEntry> entries) {
        long bytes = 0;
        for (JournalEntry entry : entries) {
            bytes += 64 + (entry instanceof JournalEntry.Said said ? said.length() : 0);
        }
        return bytes;
    }
}
