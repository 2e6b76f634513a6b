package org.unfoldingword.broker.lane;

import java.time.Instant;
import org.unfoldingword.broker.message.Envelope;

/**
 * One entry, taken under a lease.
 *
 * @param body what the worker is to get; empty in the callbacks lane, whose content is in the record
 * @param record as it was after the claim: {@code attempts} includes this one
 * @param deliveries as XPENDING counts them: times that the entry was handed to a holder
 * @param lapsed the holder before did not settle: it was killed, or cut off
 * @param doubtful a call whose end was not seen may still be running for this queue
 * @param at the moment of the claim, by Redis's clock
 */
public record Claim(
        Lease lease,
        Envelope envelope,
        Payload body,
        MessageRecord record,
        int deliveries,
        boolean lapsed,
        boolean doubtful,
        Instant at) {

    /** Whether its time was over before the worker can have begun with it; then it is not to run. */
    public boolean expired() {
        boolean mayHaveRun = record.failures() > 0 || record.lapses() > 0;
        Instant begun = mayHaveRun ? record.startedAt().orElse(at) : at;
        boolean late = envelope.expiresAtMillis()
                .filter(end -> end <= begun.toEpochMilli())
                .isPresent();
        return late && record.redrives() == 0;
    }
}
