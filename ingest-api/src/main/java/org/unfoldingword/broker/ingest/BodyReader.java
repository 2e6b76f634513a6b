package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.springframework.http.MediaType;
import org.unfoldingword.broker.message.RawObject;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Reads the JSON object that a request carries: within a size, within a time, and within the memory that all bodies share. The
 * bytes are gathered in pages as they come and put together once.
 */
final class BodyReader {

    private static final String ATTRIBUTE = BodyReader.class.getName();

    private final BodyBudget budget;
    private final Duration timeout;
    private final Ticker ticker;

    /** @param timeout one body as a whole, however slowly it trickles */
    BodyReader(BodyBudget budget, Duration timeout, Ticker ticker) {
        this.budget = budget;
        this.timeout = timeout;
        this.ticker = ticker;
    }

    /** The reader of this server: the key filter leaves it on each request that it lets pass. */
    static BodyReader of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof BodyReader reader) {
            return reader;
        }
        throw new IllegalStateException(
                "a request without a body reader (expected: one that has passed the key filter)");
    }

    void mark(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** What further bodies may take now. */
    long freeBytes() {
        return budget.freeBytes();
    }

    /** @throws Problem if it is too large, too slow, of another type, or not exactly one JSON object in UTF-8 */
    Body read(HttpServletRequest request, long maxBytes) throws IOException {
        checkType(request);
        if (request.getContentLengthLong() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        BodyBudget.Share share = budget.open(Caller.of(request).id(), request.getContentLengthLong(), maxBytes);
        try {
            byte[] bytes = gather(request, maxBytes, share);
            return new Body(bytes, parse(bytes), share);
        } catch (IOException | RuntimeException refused) {
            share.close();
            throw refused;
        }
    }

    private byte[] gather(HttpServletRequest request, long maxBytes, BodyBudget.Share share) throws IOException {
        InputStream in = request.getInputStream();
        long deadlineNanos = ticker.nanos() + timeout.toNanos();
        List<byte[]> pages = new ArrayList<>();
        // As long as it is said to be, and a byte to see its end by: most are far shorter than a page.
        long said = request.getContentLengthLong();
        byte[] page = new byte[said < 0 ? BodyBudget.PAGE_BYTES : (int) Math.min(said + 1, BodyBudget.PAGE_BYTES)];
        int filled = 0;
        long length = 0;
        for (int read = read(in, page, filled); read >= 0; read = read(in, page, filled)) {
            filled += read;
            length += read;
            if (length > maxBytes) {
                throw tooLarge(maxBytes);
            }
            if (ticker.nanos() - deadlineNanos > 0) {
                throw tooSlow();
            }
            long askedNanos = ticker.nanos();
            share.cover(length);
            // The wait for room is not the client's.
            deadlineNanos += ticker.nanos() - askedNanos;
            if (filled == page.length) {
                pages.add(page);
                page = new byte[BodyBudget.PAGE_BYTES];
                filled = 0;
            }
        }
        share.fit(length);
        byte[] whole = new byte[(int) length];
        int at = 0;
        for (byte[] full : pages) {
            System.arraycopy(full, 0, whole, at, full.length);
            at += full.length;
        }
        System.arraycopy(page, 0, whole, at, filled);
        return whole;
    }

    private int read(InputStream in, byte[] page, int from) throws IOException {
        try {
            return in.read(page, from, page.length - from);
        } catch (IOException failed) {
            if (failed.getCause() instanceof TimeoutException) {
                throw tooSlow();
            }
            if (failed instanceof HttpException || failed.getCause() instanceof HttpException) {
                throw malformed();
            }
            throw failed;
        } catch (RuntimeException failed) {
            if (failed instanceof HttpException) {
                throw malformed();
            }
            throw failed;
        }
    }

    private static Problem malformed() {
        return Problem.of(400, "invalid_body", "body: malformed (expected: as many bytes as it says, or chunks)");
    }

    private static RawObject parse(byte[] bytes) throws IOException {
        if (!wellFormed(bytes)) {
            throw Problem.of(400, "invalid_json", "body: not UTF-8 (expected: one JSON object in UTF-8)");
        }
        try {
            return RawObject.parse(bytes);
        } catch (JsonProcessingException malformed) {
            String where = Optional.ofNullable(malformed.getLocation())
                    .map(at -> " at line " + at.getLineNr() + ", column " + at.getColumnNr())
                    .orElse("");
            throw Problem.of(
                    400,
                    "invalid_json",
                    "body" + where + ": " + Problem.printable(malformed.getOriginalMessage())
                            + " (expected: one JSON object in UTF-8)");
        }
    }

    private static boolean wellFormed(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // As many characters as bytes are enough; most bodies are small.
        CharBuffer out = CharBuffer.allocate(Math.min(bytes.length, 8 * 1024));
        while (true) {
            var result = decoder.decode(in, out, /* endOfInput= */ true);
            if (result.isError()) {
                return false;
            }
            if (result.isUnderflow()) {
                return true;
            }
            out.clear();
        }
    }

    private static void checkType(HttpServletRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(
                    415,
                    "unsupported_media_type",
                    "Content-Encoding: " + Problem.printable(encoding) + " (expected: none)");
        }
        String given = request.getContentType();
        if (given != null && !json(given)) {
            throw Problem.of(
                    415,
                    "unsupported_media_type",
                    "Content-Type: " + Problem.printable(given) + " (expected: application/json in UTF-8)");
        }
    }

    private static boolean json(String given) {
        try {
            MediaType type = MediaType.parseMediaType(given);
            boolean utf8 = type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8);
            return utf8
                    && type.getType().equals("application")
                    && type.getSubtype().equals("json");
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
            return false;
        }
    }

    private static Problem tooLarge(long maxBytes) {
        return Problem.of(413, "body_too_large", "body: longer than " + maxBytes + " bytes (expected: at most that)");
    }

    private Problem tooSlow() {
        return Problem.of(408, "body_too_slow", "body: not complete (expected: within " + timeout.toSeconds() + " s)");
    }

    /** A body and the memory that it holds, until it is closed. */
    record Body(byte[] bytes, RawObject object, BodyBudget.Share share) implements AutoCloseable {
        @Override
        public void close() {
            share.close();
        }
    }
}
