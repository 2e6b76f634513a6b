package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;
import org.unfoldingword.broker.message.MessageId;

/**
 * {@code append.lua}: accepts one message. A large body is laid beside the stream first, goes if it is refused, and expires if that
 * was all.
 */
final class AppendMessage {

    private static final Script SCRIPT = Script.loadGrouped("append");

    private final GroupedScript append;
    private final Keyspace keyspace;
    private final Chunks chunks;
    private final LaneProperties properties;

    AppendMessage(Redis redis, Keyspace keyspace, Chunks chunks, LaneProperties properties) {
        this.append = new GroupedScript(redis, SCRIPT, keyspace.partitions());
        this.keyspace = keyspace;
        this.chunks = chunks;
        this.properties = properties;
    }

    Appended run(NewMessage message) {
        MessageId id = message.id();
        boolean inline = chunks.inlineRequest(message.body());
        int laid = inline ? 0 : chunks.layRequest(id, message.body());
        List<List<String>> keys = new ArrayList<>(List.of(keyspace.block(Lane.MESSAGES, id.partition())));
        message.key().ifPresent(key -> keys.add(List.of(keyspace.seen(message.conversation(), key.digest()))));
        Answer answer = append.run(
                id.partition(),
                keys,
                new Arguments()
                        .add(message.conversation().name())
                        .add(id)
                        .add(message.envelope().toBytes())
                        .add(inline ? message.body() : new byte[0])
                        .add(laid)
                        .add(properties.queueLimit())
                        .add(message.key().map(IdempotencyKey::fingerprint).orElse(""))
                        .add(properties.idempotencyWindow())
                        .add(message.watching().word())
                        .add(message.body().length));
        Appended appended = appended(answer);
        if (laid > 0 && !(appended instanceof Appended.Accepted)) {
            chunks.forgetRequest(id, laid);
        }
        return appended;
    }

    private static Appended appended(Answer answer) {
        return switch (answer.text(0)) {
            case "appended" -> new Appended.Accepted((int) answer.number(1));
            case "duplicate" -> new Appended.Duplicate(answer.id(1));
            case "conflict" -> new Appended.Conflict(answer.id(1));
            case "full" -> new Appended.Full((int) answer.number(1));
            default -> throw new IllegalStateException("append.lua: " + answer.text(0));
        };
    }
}
