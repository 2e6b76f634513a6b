package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** An id that a follower names: that of an entry, perhaps with a word. */
    private static final Pattern ID = Pattern.compile("(\\d{1,18}-\\d{1,18})(?:\\.(\\w+))?");
    /** The word of the answer that is told from the record, before an entry that says only that there is one. */
    private static final String ANSWER = "answer";
    /** The word of an end that is told from the record. */
    private static final String END = "end";

    private static final byte[] COMPLETE = "{\"type\":\"complete\",\"response\":".getBytes(UTF_8);

    private final Journals journals;
    private final MessageId id;
    private final Follower follower;
    private final JournalTail tail;
    private final Semaphore closing = new Semaphore(0);

    // Confined to the thread that tells; it hands over under this's lock.
    private String cursor = "";
    private boolean answerTold;
    private boolean endTold;
    private final List<byte[]> parts = new ArrayList<>(0);
    private Optional<Integer> waiting = Optional.empty();

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
        Matcher known = ID.matcher(after.orElse(""));
        if (known.matches()) {
            cursor = known.group(1);
            answerTold = ANSWER.equals(known.group(2));
            endTold = END.equals(known.group(2));
        }
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
            List<JournalEntry> page = read(Optional.of(cursor).filter(known -> !known.isEmpty()), Journals.PAGE);
            if (!page.isEmpty()) {
                tell(page);
                continue;
            }
            if (found.record().state().ended()) {
                if (!endTold && read(Optional.empty(), 1).isEmpty()) {
                    tell(fromRecord(found));
                }
                end(Follower.End.FINISHED);
                return;
            }
            if (!placeTold && waiting.isPresent() && !waiting.equals(found.position())) {
                int position = found.position().orElse(1);
                tell(List.of(new JournalEntry.Queued(cursor + "." + position, position)));
            }
            placeTold = true;
            if (joinTail(news, found.record().conversation())) {
                return;
            }
        }
    }

    private List<JournalEntry> read(Optional<String> after, int max) {
        return journals.lanes().journal(id, after, max);
    }

    private boolean joinTail(long news, String conversation) {
        // Before, because the tail may hand something over at once.
        catchUp(/* done= */ true);
        boolean joined = tail.join(this, cursor, news, waiting, conversation);
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
        List<JournalEntry> fresh = new ArrayList<>(entries.size() + 1);
        for (JournalEntry entry : entries) {
            if (besides(entry)) {
                fresh.add(entry);
            } else if (JournalTail.compare(entry.id(), cursor) > 0) {
                add(entry, fresh);
                cursor = entry.id();
            }
            waiting = entry instanceof JournalEntry.Queued queued ? Optional.of(queued.position()) : Optional.empty();
        }
        if (fresh.isEmpty()) {
            return;
        }
        follower.happened(id, fresh);
        if (fresh.getLast().last()) {
            end(Follower.End.FINISHED);
        }
    }

    /** Frames are told whole, and one that was cut off by its holder's end not at all. */
    private void add(JournalEntry entry, List<JournalEntry> fresh) {
        if (entry instanceof JournalEntry.Said said && (said.goesOn() || !parts.isEmpty())) {
            parts.addAll(said.parts());
            if (!said.goesOn()) {
                fresh.add(new JournalEntry.Said(said.id(), List.copyOf(parts), /* goesOn= */ false));
                parts.clear();
            }
            return;
        }
        parts.clear();
        if (entry instanceof JournalEntry.Done done && !done.told() && !answerTold) {
            journals.lanes().find(id, Watching.NOTHING).flatMap(this::answer).ifPresent(fresh::add);
        }
        fresh.add(entry instanceof JournalEntry.Ended ended ? withWorkersWords(ended) : entry);
    }

    /** The journal tells a fault in short; what the worker said to it stands in the record. */
    private JournalEntry withWorkersWords(JournalEntry.Ended ended) {
        return journals.lanes()
                .find(id, Watching.NOTHING)
                .flatMap(found -> found.record().error())
                .map(fault -> new JournalEntry.Ended(ended.id(), fault))
                .orElse(ended);
    }

    private static boolean besides(JournalEntry entry) {
        return entry.id().indexOf('.') >= 0;
    }

    /** What the record of an ended message still tells of its journal. */
    private List<JournalEntry> fromRecord(Found found) {
        MessageRecord record = found.record();
        List<JournalEntry> told = new ArrayList<>();
        if (cursor.isEmpty()) {
            // Before all ids that a journal gives.
            told.add(new JournalEntry.Queued("0-1", 1));
            record.startedAt().ifPresent(at -> told.add(new JournalEntry.Processing("0-2", record.attempts())));
        }
        if (!answerTold) {
            answer(found).ifPresent(told::add);
        }
        String end = (cursor.isEmpty() ? "0-2" : cursor) + "." + END;
        told.add(record.error()
                .<JournalEntry>map(fault -> new JournalEntry.Ended(end, fault))
                .orElseGet(() -> new JournalEntry.Done(end, /* told= */ true)));
        return told;
    }

    private Optional<JournalEntry> answer(Found found) {
        return found.record().response().map(response -> {
            try {
                return new JournalEntry.Said(
                        (cursor.isEmpty() ? "0-2" : cursor) + "." + ANSWER,
                        List.of(COMPLETE, response.toBytes(), new byte[] {'}'}),
                        /* goesOn= */ false);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        });
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
