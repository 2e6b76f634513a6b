package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageId;

/** What became of a message that asked to be accepted. */
public sealed interface Appended {

    /** Redis has it. {@code position} counts from 1 = running or next. */
    record Accepted(int position) implements Appended {}

    /** The same message was accepted before, under this id. */
    record Duplicate(MessageId first) implements Appended {}

    /** Another message was accepted before under the same idempotency key. */
    record Conflict(MessageId first) implements Appended {}

    /** The conversation has as many waiting messages as it may. */
    record Full(int waiting) implements Appended {}
}
