package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageState;

/** {@code cancel.lua}: ends a message that waits, or asks the holder of one that runs to stop. */
final class CancelMessage {

    private static final Script SCRIPT = Script.load("cancel", "ending");
    private static final MessageRecord.Fault FAULT = new MessageRecord.Fault("cancelled", "cancelled before it ran");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    CancelMessage(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    Cancelled run(Found found) {
        String conversation = found.record().conversation();
        Arguments arguments = new Arguments()
                .add(found.id())
                .add(conversation)
                .add(Keyspace.callbackQueue(conversation, found.envelope()))
                .add(properties.retention())
                .add(JournalEntry.ERROR)
                .add(JournalEntry.dataOf(FAULT))
                .add(properties.journalRetention())
                .add("state")
                .add(MessageState.CANCELLED)
                .add("error_code")
                .add(FAULT.code())
                .add("error")
                .add(FAULT.message());
        Answer answer =
                redis.run(SCRIPT, keyspace.both(Lane.MESSAGES, found.id().partition()), arguments);
        return switch (answer.text(0)) {
            case "removed" -> Cancelled.REMOVED;
            case "asked" -> Cancelled.ASKED;
            case "ended" -> Cancelled.ENDED;
            case "unknown" -> Cancelled.UNKNOWN;
            default -> throw new IllegalStateException("cancel.lua: " + answer.text(0));
        };
    }
}
