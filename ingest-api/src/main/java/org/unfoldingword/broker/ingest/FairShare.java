package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
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
    private final Map<String, Integer> taken = new HashMap<>();
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    /**
     * @param units of all together
     * @param each the most that one may have at a time
     */
    FairShare(int units, int each) {
        this.free = units;
        this.each = Math.min(units, each);
    }

    private static final class Waiter {
        private final String who;
        private final int units;
        private final Condition turn;
        private boolean served;

        Waiter(String who, int units, Condition turn) {
            this.who = who;
            this.units = units;
            this.turn = turn;
        }
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
        Waiter mine = new Waiter(who, units, lock.newCondition());
        try {
            waiting.add(mine);
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
            if (waiting.remove(mine)) {
                // Those behind it may have waited for it alone.
                serve();
            }
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
        taken.computeIfPresent(who, (name, had) -> had == units ? null : had - units);
        serve();
    }

    /** Guarded by lock. */
    private void serve() {
        for (Iterator<Waiter> inOrder = waiting.iterator(); inOrder.hasNext(); ) {
            Waiter next = inOrder.next();
            if (taken.getOrDefault(next.who, 0) + next.units > each) {
                continue;
            }
            if (next.units > free) {
                return;
            }
            free -= next.units;
            taken.merge(next.who, next.units, Integer::sum);
            next.served = true;
            inOrder.remove();
            next.turn.signal();
        }
    }
}
