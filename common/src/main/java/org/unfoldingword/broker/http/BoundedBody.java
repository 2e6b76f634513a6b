package org.unfoldingword.broker.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The beginning of a body whose length somebody else decides. */
public final class BoundedBody {

    private final byte[] bytes;
    private final boolean complete;

    private BoundedBody(byte[] bytes, boolean complete) {
        this.bytes = bytes;
        this.complete = complete;
    }

    /**
     * Reads at most so many bytes, and one more to see whether that was all. It neither reads the rest nor closes the
     * stream: a caller who meets an incomplete body drops the connection instead of draining it.
     */
    public static BoundedBody read(InputStream in, int bytesMax) throws IOException {
        byte[] bytes = in.readNBytes(bytesMax);
        boolean complete = bytes.length < bytesMax || in.read() < 0;
        return new BoundedBody(bytes, complete);
    }

    /** True if the body ended within the limit. */
    public boolean complete() {
        return complete;
    }

    /** The first characters, read as UTF-8, on one line and without control characters: for messages to people. */
    public String excerpt(int charactersMax) {
        String line = new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("[\\s\\p{C}]+", " ")
                .strip();
        return line.length() <= charactersMax ? line : line.substring(0, charactersMax) + "…";
    }
}
