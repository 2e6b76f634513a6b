package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/** {@code find.lua}: looks one message up, and notes that somebody watches it. */
final class FindMessage {

    private static final Script SCRIPT = Script.load("find");

    private final Redis redis;
    private final Keyspace keyspace;
    private final Chunks chunks;
    private final LaneProperties properties;

    FindMessage(Redis redis, Keyspace keyspace, Chunks chunks, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.chunks = chunks;
        this.properties = properties;
    }

    /** Empty if it is unknown, or nothing of it can be read. */
    Optional<Found> run(MessageId id, Watching watching) {
        if (!keyspace.holds(id)) {
            return Optional.empty();
        }
        Answer answer = redis.run(
                SCRIPT,
                keyspace.block(Lane.MESSAGES, id.partition()),
                new Arguments().add(id).add(watching.word()).add(properties.journalRetention()));
        Fields fields = answer.fields(1);
        if (fields.values().isEmpty()) {
            return Optional.empty();
        }
        MessageRecord record = MessageRecord.of(fields, index -> chunks.reply(id, index));
        Optional<Integer> position =
                record.state().ended() ? Optional.empty() : Optional.of(Math.max(1, (int) answer.number(2)));
        Instant now = Instant.ofEpochMilli(answer.number(0));
        return envelope(answer.bytes(3), record).map(envelope -> new Found(id, record, envelope, position, now));
    }

    /** @param waiting that of the entry; empty once it has ended */
    private static Optional<Envelope> envelope(byte[] waiting, MessageRecord record) {
        return (waiting.length > 0 ? Envelope.readable(waiting) : record.envelope())
                .or(() -> Conversation.parse(record.conversation()).map(Envelope::ofNothingBut));
    }
}
