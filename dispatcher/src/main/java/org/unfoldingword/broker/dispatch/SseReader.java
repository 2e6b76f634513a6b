package org.unfoldingword.broker.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the data of server-sent events (W3C, "Server-Sent Events") off a stream, in one pass. Comments and other fields are
 * passed over; CRLF, CR and LF end a line; an event that the end of the stream cuts off is dropped, as the standard says.
 */
final class SseReader {

    private static final int END = -1;

    private final InputStream in;
    private final long bytesMax;
    private final byte[] buffer = new byte[2048];
    private int next;
    private int filled;
    private long bytesRead;
    private boolean afterReturn;

    SseReader(InputStream in, long bytesMax) {
        this.in = in;
        this.bytesMax = bytesMax;
    }

    /** The next event's data; empty at the end of the stream. */
    Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean any = false;
        while (readLine(line)) {
            byte[] text = line.toByteArray();
            line.reset();
            if (text.length == 0) {
                if (any) {
                    return Optional.of(data.toByteArray());
                }
            } else if (startsWithData(text)) {
                if (any) {
                    data.write('\n');
                }
                int from = text.length > 5 && text[5] == ' ' ? 6 : Math.min(5, text.length);
                data.write(text, from, text.length - from);
                any = true;
            }
        }
        return Optional.empty();
    }

    private static boolean startsWithData(byte[] line) {
        boolean named = line.length >= 4 && line[0] == 'd' && line[1] == 'a' && line[2] == 't' && line[3] == 'a';
        return named && (line.length == 4 || line[4] == ':');
    }

    /** False at the end of the stream. */
    private boolean readLine(ByteArrayOutputStream line) throws IOException {
        while (true) {
            int b = read();
            if (b == END) {
                return false;
            }
            if (b == '\n' && afterReturn) {
                afterReturn = false;
                continue;
            }
            afterReturn = b == '\r';
            if (b == '\n' || b == '\r') {
                return true;
            }
            line.write(b);
        }
    }

    private int read() throws IOException {
        if (next == filled) {
            filled = in.read(buffer);
            next = 0;
            if (filled <= 0) {
                filled = 0;
                return END;
            }
            bytesRead += filled;
            if (bytesRead > bytesMax) {
                throw new TooLong();
            }
        }
        return buffer[next++] & 0xff;
    }

    /** The stream said more than it may. */
    static final class TooLong extends IOException {}
}
