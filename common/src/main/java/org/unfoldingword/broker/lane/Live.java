package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How the whole fares at one moment, at a cost that does not depend on the number of users.
 *
 * @param at by Redis's clock
 */
public record Live(Instant at, Totals totals, Fare messages, Fare callbacks) {

    /**
     * How one lane fares.
     *
     * @param queues with entries
     * @param held entries in a holder's hands, or in those of one that lapsed and was not noticed yet
     * @param delayed queues that wait for their next attempt, or are paused
     * @param paused pauses in force: of queues, of groups, of all; counted once in each partition that they touch
     * @param longestHead how long the longest-standing head has been the head: no queue has stood still for longer
     */
    public record Fare(long queues, long held, long delayed, long dead, long paused, Optional<Duration> longestHead) {}
}
