package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.message.MessageId;

/**
 * The end of one message's journal, for all who follow it in this process and have read all before: one read for each piece of
 * news. A thread lives only while there is news. Safe for threads.
 */
final class JournalTail {

    private static final Logger log = LoggerFactory.getLogger(JournalTail.class);

    private final MessageId id;
    private final Lanes lanes;
    private final Watches watches;
    private final Watches.Watch watch;
    /** Guarded by the map that this is in. */
    int users;

    // All below: guarded by this.
    private final List<MessageFollowing> caughtUp = new ArrayList<>();
    /** Id of the entry that those who have caught up know last; empty before the first one. */
    private String last = "";
    /** The place that was told last, while the message waits. */
    private Optional<Integer> place = Optional.empty();

    private long news;
    private boolean newEntries;
    private boolean newPlace;
    private boolean reading;
    private boolean closed;
    private Watches.@Nullable Watch places;

    JournalTail(MessageId id, Lanes lanes, Watches watches) {
        this.id = id;
        this.lanes = lanes;
        this.watches = watches;
        this.watch = watches.on(id, this::onNews);
    }

    MessageId id() {
        return id;
    }

    /** A number that grows with each piece of news, to be noted before a read that is to be the last one before joining. */
    synchronized long news() {
        return news;
    }

    /**
     * Lets a follower join those who have caught up.
     *
     * @param known what {@link #news} said before the follower's last read, which found nothing more
     * @return false if there is more to read first
     */
    synchronized boolean join(MessageFollowing follower, JournalCursor cursor, long known, String conversation) {
        if (closed) {
            // The follower has left meanwhile; nothing may be begun for it.
            return true;
        }
        boolean first = caughtUp.isEmpty();
        if (known != news || !first && JournalEntry.compareIds(cursor.entry(), last) < 0) {
            return false;
        }
        if (first) {
            last = cursor.entry();
            place = cursor.place();
        }
        if (place.isPresent() && places == null) {
            places = watches.onMoves(conversation, this::onMove);
            // What has moved since the follower asked for its place.
            newPlace = true;
            read();
        }
        caughtUp.add(follower);
        return true;
    }

    synchronized void leave(MessageFollowing follower) {
        caughtUp.remove(follower);
    }

    synchronized void close() {
        closed = true;
        watch.close();
        if (places != null) {
            places.close();
        }
    }

    private synchronized void onNews() {
        news++;
        newEntries = true;
        // Signals of a move may get lost, and are not sent at all once nobody has looked for a while.
        newPlace |= place.isPresent();
        read();
    }

    private synchronized void onMove() {
        newPlace = true;
        read();
    }

    /** Guarded by this. */
    private void read() {
        if (!reading) {
            reading = true;
            Thread.ofVirtual().name("tail-" + id).start(this::readAll);
        }
    }

    private void readAll() {
        try {
            while (true) {
                boolean entries;
                synchronized (this) {
                    if (!newEntries && !newPlace) {
                        reading = false;
                        return;
                    }
                    entries = newEntries;
                    newEntries = false;
                    newPlace &= entries;
                }
                if (entries) {
                    readEntries();
                } else {
                    readPlace();
                }
            }
        } catch (RuntimeException failed) {
            // The watches' re-check hints again, for as long as somebody follows.
            log.warn("journal of {}: not read ({})", id, Redis.reason(failed));
            synchronized (this) {
                reading = false;
            }
        }
    }

    private void readEntries() {
        boolean any = false;
        for (boolean more = true; more; ) {
            String after;
            synchronized (this) {
                if (caughtUp.isEmpty()) {
                    return;
                }
                after = last;
            }
            List<JournalEntry> page =
                    lanes.journal(id, after.isEmpty() ? Optional.empty() : Optional.of(after), Journals.PAGE);
            more = page.size() == Journals.PAGE;
            any |= !page.isEmpty();
            if (!page.isEmpty()) {
                tell(page);
            }
        }
        if (!any && isOver()) {
            everyone().forEach(MessageFollowing::readOnAlone);
        }
    }

    /** Ended, or gone: perhaps longer ago than its journal is kept, so that only the record can tell the end. */
    private boolean isOver() {
        return lanes.find(id, Watching.NOTHING)
                .map(found -> found.record().state().ended())
                .orElse(true);
    }

    private void readPlace() {
        synchronized (this) {
            if (caughtUp.isEmpty() || place.isEmpty()) {
                return;
            }
        }
        Optional<Found> found = lanes.find(id, Watching.FRAMES);
        synchronized (this) {
            Optional<Integer> now = found.flatMap(Found::position);
            boolean waits = found.filter(f -> f.record().startedAt().isEmpty()).isPresent();
            if (waits && now.isPresent() && !now.equals(place)) {
                place = now;
                push(List.of(new JournalEntry.Queued(last + "." + now.get(), now.get())));
            }
        }
    }

    private synchronized void tell(List<JournalEntry> page) {
        JournalEntry newest = page.getLast();
        // Another may have joined meanwhile with more than was known here.
        last = JournalEntry.compareIds(newest.id(), last) > 0 ? newest.id() : last;
        place = newest instanceof JournalEntry.Queued queued ? Optional.of(queued.position()) : Optional.empty();
        push(page);
    }

    private void push(List<JournalEntry> entries) {
        everyone().forEach(follower -> follower.push(entries));
    }

    private synchronized List<MessageFollowing> everyone() {
        return List.copyOf(caughtUp);
    }
}
