package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How the whole fares at one moment, at a cost that does not depend on the number of users.
 *
 * @param at by Redis's clock
 * @param away partitions that could not be asked, since their master does not answer: nothing of them is counted
 */
public record Live(Instant at, Totals totals, Fare messages, Fare callbacks, int away) {

    /**
     * How one lane fares.
     *
     * @param queues with entries
     * @param running entries in a holder's hands
     * @param delayed queues that wait for their next attempt, or are paused
     * @param dead letters that are still kept
     * @param paused pauses in force: of queues, of groups, of all; counted once in each partition that they touch
     * @param telling of the entries that run, callbacks of messages that have not ended: they tell of them meanwhile, and are not late
     * @param longestHead how long the longest-standing head has been the head, whether paused or not: no queue has stood still for
     *     longer; see {@link Operations#longestStanding}
     */
    public record Fare(
            long queues,
            long running,
            long delayed,
            long dead,
            long paused,
            long telling,
            Optional<Duration> longestHead) {}
}
