package org.unfoldingword.broker.benchmark;

/**
 * One of a user's messages.
 *
 * @param number its place in its conversation, from 1
 */
record LoadMessage(String user, int number) {

    /** The idempotency key: sent again, it is the same message. */
    String id() {
        return user + "-" + number;
    }
}
