package org.unfoldingword.broker.lane;

import java.util.Arrays;
import org.unfoldingword.broker.message.MessageId;

/** Large bodies and replies beside the streams, in pieces that hosted Redis takes. */
final class Chunks {

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    Chunks(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    byte[] request(MessageId id, int index) {
        return redis.get(keyspace.requestChunk(id, index));
    }

    byte[] reply(MessageId id, int index) {
        return redis.get(keyspace.replyChunk(id, index));
    }

    /** Lays a request down until its message is accepted; returns the number of chunks. */
    int layRequest(MessageId id, byte[] bytes) {
        return lay(bytes, index -> keyspace.requestChunk(id, index));
    }

    /** Lays a reply down until it is settled; returns the number of chunks. */
    int layReply(MessageId id, byte[] bytes) {
        return lay(bytes, index -> keyspace.replyChunk(id, index));
    }

    private int lay(byte[] bytes, java.util.function.IntFunction<String> key) {
        int size = (int) properties.chunk().toBytes();
        int chunks = Math.ceilDiv(bytes.length, size);
        for (int i = 0; i < chunks; i++) {
            byte[] chunk = Arrays.copyOfRange(bytes, i * size, Math.min(bytes.length, (i + 1) * size));
            redis.put(key.apply(i), chunk, properties.orphanedChunks());
        }
        return chunks;
    }
}
