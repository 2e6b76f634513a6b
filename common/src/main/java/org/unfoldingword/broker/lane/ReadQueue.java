package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;

/** {@code queue.lua}: reads one conversation's queue. */
final class ReadQueue {

    private static final Script SCRIPT = Script.load("queue");

    private final Redis redis;
    private final Keyspace keyspace;

    ReadQueue(Redis redis, Keyspace keyspace) {
        this.redis = redis;
        this.keyspace = keyspace;
    }

    QueueView run(Conversation conversation) {
        Answer answer = redis.run(
                SCRIPT,
                keyspace.block(Lane.MESSAGES, keyspace.partition(conversation)),
                new Arguments().add(conversation.name()));
        List<QueueView.Entry> entries = new ArrayList<>();
        for (int i = 3; i < answer.size(); i += 2) {
            entries.add(new QueueView.Entry(answer.id(i), Instant.ofEpochMilli(answer.number(i + 1))));
        }
        Optional<Duration> usual =
                answer.text(2).isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(answer.number(2)));
        return new QueueView(Instant.ofEpochMilli(answer.number(0)), answer.number(1) == 1, usual, entries);
    }
}
