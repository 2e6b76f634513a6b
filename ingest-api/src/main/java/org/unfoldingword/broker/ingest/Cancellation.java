package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.MessageState;

/** Ends a message that nobody wants any more, whoever asks for it: its client, or an operator. Safe for threads. */
final class Cancellation {

    /** How long the answer waits for the holder of a running message to stop; mostly it takes milliseconds. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);

    private final Lanes lanes;
    private final HeldRequests held;

    Cancellation(Lanes lanes, HeldRequests held) {
        this.lanes = lanes;
        this.held = held;
    }

    /**
     * Cancels it; repeating that changes nothing more. Completes with the message as it is then: it may still run, and will be
     * cancelled unless its answer comes first. Fails with a {@link Problem}, 409, if its answer did.
     *
     * @throws Problem 409 if it has ended, 404 if it is gone
     */
    CompletableFuture<Found> of(Found found) {
        return switch (lanes.cancel(found)) {
            case REMOVED -> CompletableFuture.completedFuture(stopped(lanes.find(found.id(), Watching.NOTHING)));
            case ASKED -> held.begin(found.id()).looking().within(STOP_WAIT).thenApply(Cancellation::stopped);
            case ENDED -> throw ended(found.record().state());
            case UNKNOWN -> throw Visible.unknown();
        };
    }

    /** @throws Problem 409 if a cancel would come too late */
    static void requireUnended(Found found) {
        if (found.record().state().ended()) {
            throw ended(found.record().state());
        }
    }

    private static Found stopped(Optional<Found> seen) {
        Found found = seen.orElseThrow(Visible::unknown);
        if (found.record().state() != MessageState.CANCELLED) {
            requireUnended(found);
        }
        return found;
    }

    private static Problem ended(MessageState state) {
        return Problem.of(409, "message_ended", "message_id: " + state + " (expected: a message that waits or runs)");
    }
}
