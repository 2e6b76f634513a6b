package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;

/** Reads what the record of a message tells operators: who had it when, and what it says as far as that is still kept. */
final class ReadContent {

    private final Lanes lanes;

    ReadContent(Lanes lanes) {
        this.lanes = lanes;
    }

    /** Who had it when; empty if it is unknown. */
    Optional<Timeline> timeline(MessageId id) {
        return Optional.of(record(id))
                .filter(record -> record.containsKey("name"))
                .map(Timeline::of);
    }

    /** What the worker is to get; empty once an ended message has lost it. */
    Optional<Payload> request(MessageId id) {
        Map<String, byte[]> record = record(id);
        return body(id, record).or(() -> waiting(id, record).flatMap(entry -> body(id, entry)));
    }

    private Map<String, byte[]> record(MessageId id) {
        return lanes.redis().call(commands -> commands.hgetall(lanes.keyspace().record(id)));
    }

    private Optional<Map<String, byte[]>> waiting(MessageId id, Map<String, byte[]> record) {
        if (!record.containsKey("name")) {
            return Optional.empty();
        }
        String queue = lanes.keyspace().block(Lane.MESSAGES, id.partition()).getFirst() + text(record, "name");
        String entry = text(record, "entry");
        List<StreamMessage<String, byte[]>> found =
                lanes.redis().call(commands -> commands.xrange(queue, Range.create(entry, entry)));
        return found.stream().findFirst().map(StreamMessage::getBody);
    }

    private Optional<Payload> body(MessageId id, Map<String, byte[]> fields) {
        // A record that has been claimed tells the number of chunks, but only a dead letter's has their length.
        if (fields.containsKey("length")) {
            return Optional.of(new Payload.Chunked(
                    Integer.parseInt(text(fields, "chunks")),
                    Long.parseLong(text(fields, "length")),
                    index -> lanes.chunks().request(id, index)));
        }
        return Optional.ofNullable(fields.get("body")).map(Payload.Inline::new);
    }

    private static String text(Map<String, byte[]> fields, String name) {
        return new String(fields.getOrDefault(name, new byte[0]), UTF_8);
    }
}
