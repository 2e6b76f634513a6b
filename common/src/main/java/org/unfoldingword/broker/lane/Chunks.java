package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.unfoldingword.broker.message.MessageId;

/** Large bodies and replies beside the streams, in pieces that hosted Redis takes. */
final class Chunks {

    private static final Script LAY = Script.load("lay");
    /** A longer body lies beside its entry; so does one that is longer than a chunk. */
    private static final int INLINE_REQUEST_BYTES = 8 * 1024;
    /** A longer reply lies beside the record, likewise. */
    private static final int INLINE_REPLY_BYTES = 256 * 1024;
    /** How long chunks live whose message was never accepted, or whose reply was never settled. */
    private static final Duration ORPHANED = Duration.ofHours(1);

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    Chunks(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    /** A message's body, as its entry or its record tells of it; empty if the record of an ended message has lost it. */
    Optional<Payload> request(MessageId id, Fields fields) {
        // A record that has been claimed tells the number of chunks, but only a dead letter's has their length.
        if (fields.has("length")) {
            return Optional.of(new Payload.Chunked(
                    fields.number("chunks").orElseThrow().intValue(),
                    fields.number("length").orElseThrow(),
                    index -> redis.get(keyspace.requestChunk(id, index))));
        }
        return fields.bytes("body").map(Payload.Inline::new);
    }

    boolean inlineRequest(byte[] bytes) {
        return bytes.length <= Math.min(INLINE_REQUEST_BYTES, properties.chunk().toBytes());
    }

    boolean inlineReply(byte[] bytes) {
        return bytes.length <= Math.min(INLINE_REPLY_BYTES, properties.chunk().toBytes());
    }

    byte[] reply(MessageId id, int index) {
        return redis.get(keyspace.replyChunk(id, index));
    }

    /**
     * Lays a request down until its message is accepted; returns the number of chunks. One that lies there already, as this is
     * repeated, stays as it is.
     */
    int layRequest(MessageId id, byte[] bytes) {
        List<byte[]> pieces = cut(bytes);
        for (int i = 0; i < pieces.size(); i++) {
            redis.putNew(keyspace.requestChunk(id, i), pieces.get(i), ORPHANED);
        }
        return pieces.size();
    }

    /** Takes a request away whose message was not accepted. */
    void forgetRequest(MessageId id, int chunks) {
        String[] keys = IntStream.range(0, chunks)
                .mapToObj(index -> keyspace.requestChunk(id, index))
                .toArray(String[]::new);
        redis.call(commands -> commands.del(keys));
    }

    /**
     * {@code lay.lua}: lays a reply down until it is settled; returns the number of chunks. Under a lease that was lost it lays none:
     * those that lie there may be another's, and settled.
     */
    int layReply(Lease lease, byte[] bytes) {
        List<byte[]> pieces = cut(bytes);
        boolean held = true;
        for (int i = 0; held && i < pieces.size(); i++) {
            Arguments arguments = new Arguments()
                    .add(lease.queue())
                    .add(lease.token())
                    .add(lease.id())
                    .add(i)
                    .add(pieces.get(i))
                    .add(ORPHANED);
            held = redis.run(LAY, keyspace.block(Lane.MESSAGES, lease.id().partition()), arguments)
                    .text(0)
                    .equals("laid");
        }
        return pieces.size();
    }

    private List<byte[]> cut(byte[] bytes) {
        int size = (int) properties.chunk().toBytes();
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += size) {
            pieces.add(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
        }
        return pieces;
    }
}
