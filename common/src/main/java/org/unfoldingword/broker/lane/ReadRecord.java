package org.unfoldingword.broker.lane;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;

/** Reads what the record of a message tells operators: who had it when, and what it says as far as that is still kept. */
final class ReadRecord {

    private final Lanes lanes;

    ReadRecord(Lanes lanes) {
        this.lanes = lanes;
    }

    /** Who had it when; empty if it is unknown. */
    Optional<Timeline> timeline(MessageId id) {
        return Optional.of(record(id)).filter(record -> record.has("name")).map(Timeline::of);
    }

    /** What the worker is to get; empty once an ended message has lost it. */
    Optional<Payload> request(MessageId id) {
        Fields record = record(id);
        Chunks chunks = lanes.chunks();
        return chunks.request(id, record).or(() -> waiting(id, record).flatMap(entry -> chunks.request(id, entry)));
    }

    private Fields record(MessageId id) {
        return new Fields(
                lanes.redis().call(commands -> commands.hgetall(lanes.keyspace().record(id))));
    }

    private Optional<Fields> waiting(MessageId id, Fields record) {
        if (!record.has("name")) {
            return Optional.empty();
        }
        String queue = lanes.keyspace().block(Lane.MESSAGES, id.partition()).getFirst() + record.textOrBlank("name");
        String entry = record.textOrBlank("entry");
        List<StreamMessage<String, byte[]>> found =
                lanes.redis().call(commands -> commands.xrange(queue, Range.create(entry, entry)));
        return found.stream().findFirst().map(waiting -> new Fields(waiting.getBody()));
    }
}
