package org.unfoldingword.broker.lane;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.IntFunction;

/** Bytes that lie in Redis: small ones at hand, large ones in chunks that are fetched one at a time as they are written. */
public sealed interface Payload {

    /** In bytes. */
    long length();

    /**
     * Writes all of it. May be called again.
     *
     * @throws RedisUnavailable if a chunk cannot be fetched now
     * @throws IllegalStateException if a chunk is gone
     */
    void writeTo(OutputStream out) throws IOException;

    /** All of it at once: only where the caller knows that it is small, or has room. */
    default byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) length());
        try {
            writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** At hand. */
    record Inline(byte[] bytes) implements Payload {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    /** In Redis, beside the stream. */
    record Chunked(int chunks, long length, IntFunction<byte[]> fetch) implements Payload {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            for (int i = 0; i < chunks; i++) {
                out.write(fetch.apply(i));
            }
        }
    }
}
