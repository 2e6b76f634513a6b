package org.unfoldingword.broker.lane;

/** What became of the wish to cancel a message. */
public enum Cancelled {
    /** It waited, and has ended as cancelled. */
    REMOVED,
    /** It runs, and its holder was asked to stop. */
    ASKED,
    /** It had ended before. */
    ENDED,
    /** There is no such message. */
    UNKNOWN
}
