package org.unfoldingword.broker.ingest;

import java.time.Duration;

/**
 * Places for requests that are passed through, of which each keeps a thread and a connection to the worker for as long as the slowest
 * of three likes. A quarter is for whoever shows no key, and of the others a key has no more than half, so that nobody's slowness keeps
 * everybody waiting. Safe for threads.
 */
final class PassagePlaces {

    private static final String NOBODY = "";

    private final FairShare open;
    private final FairShare keyed;
    private final Duration patience;

    /**
     * @param places in all
     * @param patience how long to wait for one
     */
    PassagePlaces(int places, Duration patience) {
        int forNobody = Math.max(1, places / 4);
        int forKeys = Math.max(1, places - forNobody);
        this.open = new FairShare(forNobody, forNobody);
        this.keyed = new FairShare(forKeys, Math.max(1, forKeys / 2));
        this.patience = patience;
    }

    /** @throws Refusal 503 if there is none within a while */
    Place of(Caller caller) {
        return take(keyed, caller.id());
    }

    /** @throws Refusal 503 if there is none within a while */
    Place ofNobody() {
        return take(open, NOBODY);
    }

    private Place take(FairShare share, String who) {
        try {
            if (share.take(who, 1, patience)) {
                return new Place(share, who);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        throw Refusal.putOff(
                503,
                "Service unavailable",
                "TOO_MANY_PASSED",
                "Too many requests are being passed through; this one was not.",
                AcceptMessage.TRY_AGAIN);
    }

    /** To be closed when the request has been answered. */
    record Place(FairShare share, String who) implements AutoCloseable {
        @Override
        public void close() {
            share.give(who, 1);
        }
    }
}
