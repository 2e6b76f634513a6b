package org.unfoldingword.broker.lane;

/**
 * What the erasure of a user took away.
 *
 * @param ended messages that had ended
 * @param waiting messages that waited; they ended as cancelled
 * @param running messages that ran; their holders were fenced off and ended as cancelled
 * @param marks idempotency keys and other marks of the user's conversations
 */
public record Erased(long ended, long waiting, long running, long marks) {

    public long messages() {
        return ended + waiting + running;
    }
}
