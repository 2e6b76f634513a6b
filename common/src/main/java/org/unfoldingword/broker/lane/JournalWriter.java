package org.unfoldingword.broker.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a holder says about one message, on its way to the message's journal.
 *
 * <p>Until somebody watches, frames gather here, so that whoever comes in later gets them from the start and nobody pays for
 * what nobody reads. From then on, or once there are more than the buffer holds, they are written: one write is under way at a
 * time, and the next batch gathers meanwhile. Safe for threads; frames come from one thread.
 *
 * <p>Nothing here stops the work. A frame waits for room in the buffer for a moment at most; if Redis is away for longer, or the
 * journal is full, the rest of this attempt is not written, and readers get the answer from the record.
 */
final class JournalWriter {

    private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);

    /** A longer frame lies in the journal in parts, so that neither a batch nor a reader's page is ever large. */
    private static final int PART_BYTES = 64 * 1024;

    private static final int BATCH_FRAMES = 256;
    private static final int BATCH_BYTES = 256 * 1024;
    /** How long a frame waits for room. */
    private static final long ROOM_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How long to leave Redis alone that is away. */
    private static final long AWAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Lanes lanes;
    private final Lease lease;
    private final long bufferBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below: guarded by lock.
    private final Deque<Frame> waiting = new ArrayDeque<>();
    private long waitingBytes;
    /** Number of the first waiting frame in its attempt. */
    private long next = 1;
    /** Frames are to be written, not only kept. */
    private boolean wanted;
    /** A thread is writing. */
    private boolean busy;
    /** Nothing more will be written. */
    private boolean over;

    JournalWriter(Lanes lanes, Claim claim) {
        this.lanes = lanes;
        this.lease = claim.lease();
        this.bufferBytes = lanes.properties().frameBuffer().toBytes();
        this.wanted = claim.record().watching() == Watching.FRAMES;
    }

    /** Takes one frame; returns at once while there is room. */
    void say(byte[] frame) {
        lock.lock();
        try {
            long leftNanos = ROOM_WAIT_NANOS;
            while (wanted && !over && waitingBytes > bufferBytes) {
                leftNanos = changed.awaitNanos(leftNanos);
                if (leftNanos <= 0) {
                    giveUp("Redis takes the frames too slowly");
                }
            }
            if (over) {
                return;
            }
            for (int from = 0; from == 0 || from < frame.length; from += PART_BYTES) {
                int to = Math.min(frame.length, from + PART_BYTES);
                waiting.add(new Frame(
                        from == 0 && to == frame.length ? frame : Arrays.copyOfRange(frame, from, to),
                        to < frame.length));
            }
            waitingBytes += frame.length;
            wanted |= waitingBytes > bufferBytes;
            write();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Somebody watches. */
    void wanted() {
        lock.lock();
        try {
            wanted = true;
            write();
        } finally {
            lock.unlock();
        }
    }

    /** What is not written yet never will be. */
    void abandon() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all is written, if anybody watches. Nothing may be said afterwards.
     *
     * @return whether the journal has all that was said, and something was
     */
    boolean finish() {
        lock.lock();
        try {
            while (wanted && !over && (busy || !waiting.isEmpty())) {
                changed.await();
            }
            boolean told = wanted && !over && next > 1;
            end();
            return told;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. */
    private void write() {
        if (wanted && !busy && !over && !waiting.isEmpty()) {
            busy = true;
            Thread.ofVirtual().name("journal-" + lease.id()).start(this::writeAll);
        }
    }

    private void writeAll() {
        lock.lock();
        try {
            while (!over && !waiting.isEmpty()) {
                writeOne();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            end();
        } catch (RuntimeException refused) {
            log.error("journal of {}: the rest of this attempt is not kept", lease.id(), refused);
            end();
        } finally {
            busy = false;
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Guarded by lock, which is free while Redis is asked. */
    private void writeOne() throws InterruptedException {
        List<Frame> batch = batch();
        long first = next;
        Optional<TellFrames.Told> told;
        lock.unlock();
        try {
            told = tell(first, batch);
        } finally {
            lock.lock();
        }
        if (told.isEmpty()) {
            pause();
            return;
        }
        switch (told.get()) {
            case TOLD -> {
                if (!over) {
                    next += batch.size();
                    batch.forEach(frame -> waitingBytes -= waiting.remove().data().length);
                }
            }
            case FULL -> giveUp("it is as long as it may be");
            case STALE -> end();
        }
        changed.signalAll();
    }

    /** Empty while Redis is away. */
    private Optional<TellFrames.Told> tell(long first, List<Frame> batch) {
        try {
            return Optional.of(lanes.tell(lease, first, batch));
        } catch (RedisUnavailable away) {
            return Optional.empty();
        }
    }

    private void pause() throws InterruptedException {
        long leftNanos = AWAY_NANOS;
        while (!over && leftNanos > 0) {
            leftNanos = changed.awaitNanos(leftNanos);
        }
    }

    private List<Frame> batch() {
        List<Frame> batch = new ArrayList<>();
        long bytes = 0;
        for (Frame frame : waiting) {
            bytes += frame.data().length;
            if (!batch.isEmpty() && bytes > BATCH_BYTES || batch.size() == BATCH_FRAMES) {
                break;
            }
            batch.add(frame);
        }
        return batch;
    }

    private void giveUp(String why) {
        log.warn("journal of {}: the rest of this attempt is not kept, {}", lease.id(), why);
        end();
    }

    private void end() {
        over = true;
        waiting.clear();
        waitingBytes = 0;
        changed.signalAll();
    }
}
