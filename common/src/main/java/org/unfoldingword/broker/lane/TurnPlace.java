package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageId;

/** Where somebody is who follows a conversation: at an entry of one of its messages. */
public record TurnPlace(MessageId id, String entry) {}
