package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageId;

/**
 * The right to work on a queue's head for a while.
 *
 * @param queue the ordering key: a conversation's name, or that and an endpoint
 * @param entry the entry's id in the queue's stream
 * @param token the fencing token: greater than that of any earlier lease in the partition
 */
public record Lease(Lane lane, String queue, MessageId id, String entry, String token) {}
