package org.unfoldingword.broker.lane;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.unfoldingword.broker.message.MessageId;

/**
 * Follows one message from its start to its end, for a (virtual) thread that waits for what happens. What it does not take yet is
 * held back from it. For one thread, but {@link #wake}.
 */
public final class JournalReader implements AutoCloseable {

    private final MessageId id;
    private final Journals.Following following;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private List<JournalEntry> entries = List.of();
    private boolean woken;
    private boolean broken;
    private boolean closed;

    public JournalReader(MessageId id, Journals journals) {
        this.id = id;
        this.following = journals.follow(id, Optional.empty(), new Handover());
    }

    /**
     * What has happened since the last call, oldest first.
     *
     * @return none if nothing has within the patience, or since {@link #wake}
     * @throws IllegalStateException if there is no such message (any more), or it cannot be followed
     */
    public List<JournalEntry> next(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long leftNanos = patience.toNanos();
            while (entries.isEmpty() && !woken && !broken && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            if (entries.isEmpty() && broken) {
                throw new IllegalStateException("message " + id + ": cannot be followed (expected: one with a record)");
            }
            List<JournalEntry> taken = entries;
            entries = List.of();
            woken = false;
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Lets {@link #next} return. From any thread. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        following.close();
    }

    /** From the thread that follows to the one that reads. */
    private final class Handover implements Follower {

        @Override
        public void happened(MessageId of, List<JournalEntry> news) throws IOException {
            lock.lock();
            try {
                while (!entries.isEmpty() && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    throw new IOException("the reader is closed");
                }
                entries = news;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void over(End end) {
            lock.lock();
            try {
                broken = end != End.FINISHED;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
