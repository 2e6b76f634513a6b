package org.unfoldingword.broker.ingest;

import java.time.Duration;

/**
 * The memory that request bodies may take at a time, all together. A body pays for what has arrived of it, so one that is
 * announced and does not come takes nothing. Safe for threads.
 *
 * <p>A body may take its time to come, and what it has taken is gone meanwhile. So a part of the memory is kept for small bodies,
 * which large ones never take; and where there are several keys, none has more than about half of either part, so that its slow clients
 * keep no other key's waiting.
 */
final class BodyBudget {

    /** Bodies are counted in pages, each begun one as a whole. */
    static final int PAGE_BYTES = 16 * 1024;

    /** No body that is shorter has to wait for a large one; one of which more has come takes all of its room at once. */
    static final int SMALL_BYTES = 64 * 1024;

    private final Duration patience;
    private final FairShare small;
    private final FairShare any;

    /**
     * @param bytes of all bodies together
     * @param bodyBytesMax of one body; a key has room for one, however little there is
     * @param shared whether there are several keys
     * @param patience how long a body waits for others to go before it is refused
     */
    BodyBudget(long bytes, long bodyBytesMax, boolean shared, Duration patience) {
        int pages = Math.clamp(bytes / PAGE_BYTES, 1, Integer.MAX_VALUE);
        int largest = Math.min(pages, pages(bodyBytesMax));
        int kept = Math.min(pages / 8, pages - largest);
        this.patience = patience;
        int rest = pages - kept;
        this.small = new FairShare(kept, shared ? kept / 2 : kept);
        // Room for one of the longest beside what others have that wait for theirs.
        this.any = new FairShare(rest, shared ? Math.max(rest / 2, largest + largest / 4) : rest);
    }

    /**
     * @param key whose body it is
     * @param said how long the body says that it is; less than 0 if it does not
     * @param bytesMax the longest that it may be
     */
    Share open(String key, long said, long bytesMax) {
        return new Share(key, said, bytesMax);
    }

    long freeBytes() {
        return (long) (small.free() + any.free()) * PAGE_BYTES;
    }

    private static int pages(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, PAGE_BYTES));
    }

    /** What one body takes. Confined to its request; to be closed when the body is needed no more. */
    final class Share implements AutoCloseable {

        private final String key;
        private final long said;
        private final long bytesMax;
        private int ofSmall;
        private int ofAny;

        private Share(String key, long said, long bytesMax) {
            this.key = key;
            this.said = said;
            this.bytesMax = bytesMax;
        }

        /**
         * Takes what has come, and once that is a lot, all that is to come: large bodies that took what they need little by little would
         * wait for each other, each with a part of the memory in its hands.
         *
         * @throws Problem 503 if there is no room within a while
         */
        void cover(long come) {
            try {
                boolean room = come <= SMALL_BYTES && said <= SMALL_BYTES ? coverSmall(pages(come)) : coverAny(come);
                if (!room) {
                    throw busy();
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                throw busy();
            }
        }

        private boolean coverSmall(int pages) throws InterruptedException {
            int more = pages - ofSmall - ofAny;
            if (more <= 0) {
                return true;
            }
            if (small.take(key, more, Duration.ZERO)) {
                ofSmall += more;
                return true;
            }
            if (any.take(key, more, Duration.ZERO)) {
                ofAny += more;
                return true;
            }
            // What others have of the small part is soon given back; of the rest, who knows.
            boolean room = small.take(key, more, patience);
            ofSmall += room ? more : 0;
            return room;
        }

        private boolean coverAny(long come) throws InterruptedException {
            int pages = pages(come > SMALL_BYTES ? Math.max(come, said < 0 ? bytesMax : said) : come);
            int more = pages - ofAny;
            if (more > 0 && !any.take(key, more, patience)) {
                return false;
            }
            ofAny += Math.max(0, more);
            // It was small as long as it did not say what it would become.
            small.give(key, ofSmall);
            ofSmall = 0;
            return true;
        }

        /** Gives back what a body that has come did not need. */
        void fit(long bytes) {
            int spare = Math.min(ofAny, ofSmall + ofAny - pages(bytes));
            if (spare > 0) {
                any.give(key, spare);
                ofAny -= spare;
            }
        }

        @Override
        public void close() {
            small.give(key, ofSmall);
            any.give(key, ofAny);
            ofSmall = 0;
            ofAny = 0;
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
