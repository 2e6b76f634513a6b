package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.Optional;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/**
 * One message, looked up.
 *
 * @param position in its conversation, from 1 = running or next; empty once it has ended
 * @param at the moment of the look-up, by Redis's clock
 */
public record Found(MessageId id, MessageRecord record, Envelope envelope, Optional<Integer> position, Instant at) {}
