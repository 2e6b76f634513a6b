package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageId;

/**
 * One message of a conversation that is watched as a whole.
 *
 * @param entry its place among them: later turns have greater ones
 */
record Turn(String entry, MessageId id) {}
