package org.unfoldingword.broker.lane;

import java.util.List;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * One process at work on one lane: who holds leases there, and what it does with what it holds.
 *
 * @param name unique among those that live: the consumer in XPENDING
 */
record Holder(Lanes lanes, Lane lane, String name, LaneHandler handler, Ticker ticker) {

    /** The lane's partitions, in groups that one script may touch. */
    List<List<Integer>> slots() {
        return lanes.slots(lanes.allPartitions());
    }

    ClaimEntries.Taken claim(List<Integer> slot, int room, ClaimEntries.Beat beat, GroupRoom groups) {
        return lanes.claim(lane, slot, name, room, beat, handler.state(), groups);
    }

    /** Takes nothing: tells how this holder fares, and passes a token on if anything is due. */
    void ask(List<Integer> slot, ClaimEntries.Beat beat) {
        claim(slot, /* room= */ 0, beat, GroupRoom.UNLIMITED);
    }

    List<ExtendLeases.Standing> extend(List<Lease> leases) {
        return lanes.extend(lane, name, leases);
    }

    /** Starts a virtual thread that is named after the lane and its job. */
    void start(String job, Runnable work) {
        Thread.ofVirtual().name(lane.word() + "-" + job).start(work);
    }
}
