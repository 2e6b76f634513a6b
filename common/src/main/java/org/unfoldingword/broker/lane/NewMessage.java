package org.unfoldingword.broker.lane;

import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/**
 * A message to be accepted.
 *
 * @param id from {@link Lanes#newId}, the same when the call is repeated
 * @param body what the worker is to get, JSON in UTF-8
 */
public record NewMessage(
        MessageId id,
        Conversation conversation,
        Envelope envelope,
        byte[] body,
        Optional<IdempotencyKey> key,
        Watching watching) {}
