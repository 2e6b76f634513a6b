package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.unfoldingword.broker.message.MessageId;

/**
 * Reads one message's journal from its start to its end, for a (virtual) thread that may wait for what has not happened yet. The
 * last entry is told always: where there is no journal (any more), the record tells it. For one thread, but {@link #wake}.
 */
public final class JournalReader implements AutoCloseable {

    /** Entries read at a time; each is 64 KB at most. */
    private static final int PAGE = 128;

    private final MessageId id;
    private final Lanes lanes;
    private final Watches.Watch watch;
    private final Semaphore news = new Semaphore(0);
    private Optional<String> last = Optional.empty();
    private boolean journalAsked;

    public JournalReader(MessageId id, Lanes lanes, Watches watches) {
        this.id = id;
        this.lanes = lanes;
        this.watch = watches.on(id, news::release);
    }

    /**
     * What has happened since the last call, oldest first.
     *
     * @return none if nothing has within the patience, or since {@link #wake}
     * @throws IllegalStateException if there is no such message (any more)
     */
    public List<JournalEntry> next(Duration patience) throws InterruptedException {
        List<JournalEntry> page = read();
        if (!page.isEmpty()) {
            return page;
        }
        if (journalAsked) {
            boolean told = news.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
            news.drainPermits();
            page = told ? read() : page;
            if (told && !page.isEmpty()) {
                return page;
            }
        }
        journalAsked = true;
        Found found = lanes.find(id, Watching.FRAMES)
                .orElseThrow(
                        () -> new IllegalStateException("message " + id + ": unknown (expected: one with a record)"));
        if (!found.record().state().ended()) {
            return List.of();
        }
        page = read();
        return page.isEmpty() ? List.of(end(found.record())) : page;
    }

    /** Lets {@link #next} return. From any thread. */
    public void wake() {
        news.release();
    }

    @Override
    public void close() {
        watch.close();
    }

    private List<JournalEntry> read() {
        List<JournalEntry> page = lanes.journal(id, last, PAGE);
        if (!page.isEmpty()) {
            last = Optional.of(page.getLast().id());
        }
        return page;
    }

    private JournalEntry end(MessageRecord record) {
        String id = last.orElse("0-0");
        return record.error()
                .<JournalEntry>map(fault -> new JournalEntry.Ended(id, fault))
                .orElseGet(() -> new JournalEntry.Done(id, /* told= */ false));
    }
}
