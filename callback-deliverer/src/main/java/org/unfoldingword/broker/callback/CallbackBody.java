package org.unfoldingword.broker.callback;

import java.io.IOException;
import java.io.OutputStream;

/** What is posted. Written once to be signed and once for each time it is sent, and always the same. */
interface CallbackBody {

    /** In bytes; {@link #writeTo} writes exactly as many. */
    long length();

    /**
     * Writes all of it.
     *
     * @throws IOException only if the stream throws it; trouble of the body's own source is unchecked, so that it is
     *     not taken for trouble with the receiver
     */
    void writeTo(OutputStream out) throws IOException;

    /** The parts one after the other. They are not copied and must not change. */
    static CallbackBody of(byte[]... parts) {
        return new CallbackBody() {
            @Override
            public long length() {
                long length = 0;
                for (byte[] part : parts) {
                    length += part.length;
                }
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (byte[] part : parts) {
                    out.write(part);
                }
            }
        };
    }
}
