package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;

/** {@code listen.lua}: begins to watch a conversation as a whole, or goes on to, and reads its messages. */
final class ListTurns {

    private static final Script SCRIPT = Script.load("listen");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    ListTurns(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    List<Turn> run(Conversation conversation, Optional<Turn> after) {
        Answer answer = redis.run(
                SCRIPT,
                keyspace.block(Lane.MESSAGES, keyspace.partition(conversation)),
                new Arguments()
                        .add(conversation.name())
                        .add(after.map(Turn::entry).orElse("-"))
                        .add(properties.journalRetention()));
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < answer.size(); i += 2) {
            turns.add(new Turn(answer.text(i), answer.id(i + 1)));
        }
        return turns;
    }
}
