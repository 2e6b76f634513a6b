package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;

/**
 * One conversation's queue at one moment.
 *
 * @param entries oldest first; the first one is running if {@code held}
 * @param usual smoothed time that a message of the partition takes
 */
public record QueueView(Instant at, boolean held, Optional<Duration> usual, List<Entry> entries) {

    /** One message of the queue. */
    public record Entry(MessageId id, Instant acceptedAt) {}
}
