package org.unfoldingword.broker.lane;

import java.util.Map;

/**
 * Counts over all partitions at one moment.
 *
 * @param accepted since the data was first written; so are the four ends
 * @param redriven ended messages that an operator brought back; each ends once more
 * @param running messages in a dispatcher's hands; what a dead one left behind waits
 * @param activeQueues conversations with waiting or running messages
 * @param dispatchers living holders of the messages lane, with the state that each told
 */
public record Totals(
        long accepted,
        long redriven,
        long completed,
        long failed,
        long cancelled,
        long expired,
        long running,
        long activeQueues,
        long callbacksPending,
        long callbacksDelivered,
        long deadMessages,
        long deadCallbacks,
        Map<String, String> dispatchers,
        Map<String, String> deliverers) {

    /** Messages that were accepted and have not ended: waiting, delayed or running (invariant I3). */
    public long unfinished() {
        return accepted + redriven - completed - failed - cancelled - expired;
    }
}
