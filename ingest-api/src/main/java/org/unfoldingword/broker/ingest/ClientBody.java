package org.unfoldingword.broker.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * A request's body on its way to the worker: cut off where it is too long, which it need not say before, or when its client keeps us
 * waiting for too long, all in all. Then it throws with a {@link Refusal} as the cause.
 */
final class ClientBody extends InputStream {

    private final InputStream in;
    private final Ticker ticker;
    private long bytesLeft;
    private long nanosLeft;

    ClientBody(InputStream in, long bytesMax, Duration patience, Ticker ticker) {
        this.in = in;
        this.bytesLeft = bytesMax;
        this.nanosLeft = patience.toNanos();
        this.ticker = ticker;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long askedNanos = ticker.nanos();
        int read = in.read(buffer, offset, length);
        nanosLeft -= ticker.nanos() - askedNanos;
        bytesLeft -= Math.max(0, read);
        if (bytesLeft < 0) {
            throw new IOException("a body that is too long", Refusal.bare(413, "Request body too large"));
        }
        if (nanosLeft < 0) {
            throw new IOException("a body that is too slow", Refusal.bare(408, "Request body too slow"));
        }
        return read;
    }
}
