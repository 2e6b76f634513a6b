package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that request bodies may take at a time, all together. A body pays for what has arrived of it, so one that is
 * announced and does not come takes nothing. Safe for threads.
 */
final class BodyBudget {

    /** Bodies are counted in pages, each begun one as a whole. */
    static final int PAGE_BYTES = 16 * 1024;

    /** No body that is shorter has to wait for a large one. */
    private static final long LARGE_BYTES = 1024 * 1024;

    private final int pages;
    private final long largeBytes;
    private final Duration patience;
    private final Semaphore free;

    /**
     * @param bytes of all bodies together
     * @param patience how long a body waits for others to go before it is refused
     */
    BodyBudget(long bytes, Duration patience) {
        this.pages = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / PAGE_BYTES));
        this.largeBytes = Math.min(LARGE_BYTES, bytes / 16);
        this.patience = patience;
        this.free = new Semaphore(pages);
    }

    Share open() {
        return new Share();
    }

    long freeBytes() {
        return (long) free.availablePermits() * PAGE_BYTES;
    }

    /** What one body takes. Confined to its request; to be closed when the body is needed no more. */
    final class Share implements AutoCloseable {

        private int taken;

        /**
         * Takes what has come, and once that is a lot, all that is to come: large bodies that took what they need little by little would
         * wait for each other, each with a part of the memory in its hands.
         *
         * @param whole how long the body says that it is, or the longest that it may be
         * @throws Problem 503 if there is no room within a while
         */
        void cover(long come, long whole) {
            long bytes = come > largeBytes ? Math.max(come, whole) : come;
            int needed = (int) Math.ceilDiv(bytes, PAGE_BYTES) - taken;
            if (needed <= 0) {
                return;
            }
            try {
                if (taken + needed > pages || !free.tryAcquire(needed, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw busy();
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                throw busy();
            }
            taken += needed;
        }

        /** Gives back what a body that has come did not need. */
        void fit(long bytes) {
            int needed = (int) Math.ceilDiv(bytes, PAGE_BYTES);
            if (needed < taken) {
                free.release(taken - needed);
                taken = needed;
            }
        }

        @Override
        public void close() {
            free.release(taken);
            taken = 0;
        }

        private Problem busy() {
            return Problem.of(
                            503,
                            "too_many_bodies",
                            "too many large requests at a time; nothing was accepted. Try again.")
                    .retryAfter(AcceptMessage.TRY_AGAIN);
        }
    }
}
