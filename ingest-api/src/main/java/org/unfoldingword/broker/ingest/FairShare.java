package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Units of something scarce that are taken and given back. Nobody has more than a part of them at a time, so that whoever keeps
 * what he took, or comes too often, keeps others waiting no longer than himself.
 *
 * <p>They are served in the order in which they asked: many small requests do not keep a large one waiting for ever. Only who has his
 * part already lets others pass. Safe for threads.
 */
final class FairShare {

    private final int each;
    private final ReentrantLock lock = new ReentrantLock();
    // All below: guarded by lock.
    private int free;
    /** Of each who has some, or waits. */
    private final Map<String, Line> lines = new HashMap<>();

    private long tickets;

    /**
     * @param units of all together
     * @param each the most that one may have at a time
     */
    FairShare(int units, int each) {
        this.free = units;
        this.each = Math.min(units, each);
    }

    /**
     * Takes some, all at once.
     *
     * @param patience how long to wait for them
     * @return false if there were not so many within that time, or will never be
     */
    boolean take(String who, int units, Duration patience) throws InterruptedException {
        if (units > each) {
            return false;
        }
        lock.lockInterruptibly();
        Waiter mine = new Waiter(tickets++, units, lock.newCondition());
        Line line = lines.computeIfAbsent(who, name -> new Line());
        try {
            line.waiting.add(mine);
            serve();
            for (long left = patience.toNanos(); !mine.served && left > 0; ) {
                left = mine.turn.awaitNanos(left);
            }
            return mine.served;
        } catch (InterruptedException hurried) {
            if (mine.served) {
                putBack(who, units);
            }
            throw hurried;
        } finally {
            if (line.waiting.remove(mine)) {
                // Those behind it may have waited for it alone.
                serve();
            }
            forget(who);
            lock.unlock();
        }
    }

    /** Gives back what was taken, or a part of it. */
    void give(String who, int units) {
        if (units == 0) {
            return;
        }
        lock.lock();
        try {
            putBack(who, units);
        } finally {
            lock.unlock();
        }
    }

    int free() {
        lock.lock();
        try {
            return free;
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. */
    private void putBack(String who, int units) {
        free += units;
        Optional.ofNullable(lines.get(who)).ifPresent(line -> line.taken -= units);
        serve();
        forget(who);
    }

    /** Guarded by lock. */
    private void forget(String who) {
        lines.computeIfPresent(who, (name, line) -> line.taken == 0 && line.waiting.isEmpty() ? null : line);
    }

    /** Guarded by lock. */
    private void serve() {
        for (Optional<Line> next = next(); next.isPresent(); next = next()) {
            Line line = next.get();
            Waiter first = line.waiting.iterator().next();
            if (first.units > free) {
                return;
            }
            free -= first.units;
            line.taken += first.units;
            line.waiting.remove(first);
            first.served = true;
            first.turn.signal();
        }
    }

    /** The line of whoever asked first, of those who have not had their part. Guarded by lock. */
    private Optional<Line> next() {
        long earliest = Long.MAX_VALUE;
        Optional<Line> next = Optional.empty();
        for (Line line : lines.values()) {
            Iterator<Waiter> waiting = line.waiting.iterator();
            if (waiting.hasNext()) {
                Waiter first = waiting.next();
                if (line.taken + first.units <= each && first.ticket < earliest) {
                    earliest = first.ticket;
                    next = Optional.of(line);
                }
            }
        }
        return next;
    }

    /** One's own: if the first in it has to wait, so has the next, and only the first is looked at. */
    private static final class Line {
        private int taken;
        private final Set<Waiter> waiting = new LinkedHashSet<>();
    }

    private static final class Waiter {
        private final long ticket;
        private final int units;
        private final Condition turn;
        private boolean served;

        Waiter(long ticket, int units, Condition turn) {
            this.ticket = ticket;
            this.units = units;
            this.turn = turn;
        }
    }
}
