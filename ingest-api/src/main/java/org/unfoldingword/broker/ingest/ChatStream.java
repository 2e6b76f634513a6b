package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.FrameParts;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.lane.JournalReader;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.WorkerFrame;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * One message's stream in the worker's dialect: only {@code data: <json>} and a blank line; a status while the message waits, the
 * worker's own events byte for byte, something at least each 20 seconds, and at the end exactly one {@code complete} or
 * {@code error}. For one thread.
 */
final class ChatStream {

    private static final Duration QUIET_MAX = Duration.ofSeconds(20);
    private static final byte[] KEEPALIVE = "{\"type\":\"keepalive\"}".getBytes(UTF_8);
    private static final String QUEUED = "Queued — processing will begin shortly";

    private final OutputStream out;
    private final Ticker ticker;
    private final FrameParts parts = new FrameParts();
    /** The worker's last event, held back until it is known that no other attempt follows. */
    private Optional<byte[]> last = Optional.empty();

    private long writtenNanos;

    ChatStream(OutputStream out, Ticker ticker) {
        this.out = out;
        this.ticker = ticker;
        this.writtenNanos = ticker.nanos();
    }

    /**
     * Writes until the message has ended.
     *
     * @param found the message, as it is once it has ended
     * @throws IOException if the client has left; the message goes on
     */
    void run(JournalReader journal, Supplier<Optional<Found>> found) throws IOException, InterruptedException {
        while (true) {
            Duration quiet = Duration.ofNanos(ticker.nanos() - writtenNanos);
            if (quiet.compareTo(QUIET_MAX) >= 0) {
                write(KEEPALIVE);
                quiet = Duration.ZERO;
            }
            for (JournalEntry entry : journal.next(QUIET_MAX.minus(quiet))) {
                if (entry.last()) {
                    end(found.get().map(Found::record));
                    return;
                }
                happened(entry);
            }
        }
    }

    private void happened(JournalEntry entry) throws IOException {
        switch (entry) {
            case JournalEntry.Queued queued -> {
                if (queued.position() > 1) {
                    status(QUEUED);
                }
            }
            case JournalEntry.Processing processing -> {
                parts.drop();
                last = Optional.empty();
            }
            case JournalEntry.Said said -> {
                Optional<byte[]> frame = parts.add(said);
                if (frame.isPresent()) {
                    said(frame.get());
                }
            }
            case JournalEntry.Retrying retrying -> status(QUEUED);
            case JournalEntry.Done done -> {}
            case JournalEntry.Ended ended -> {}
        }
    }

    private void said(byte[] frame) throws IOException {
        if (WorkerFrame.parse(frame).filter(WorkerFrame::terminal).isPresent()) {
            last = Optional.of(frame);
        } else {
            write(frame);
        }
    }

    private void end(Optional<MessageRecord> record) throws IOException {
        Optional<byte[]> response = Optional.empty();
        if (record.isPresent() && record.get().response().isPresent()) {
            response = Optional.of(record.get().response().get().toBytes());
        }
        if (response.isPresent()) {
            ByteArrayOutputStream complete = new ByteArrayOutputStream(response.get().length + 64);
            complete.writeBytes("{\"type\":\"complete\",\"response\":".getBytes(UTF_8));
            complete.writeBytes(response.get());
            complete.write('}');
            write(complete.toByteArray());
            return;
        }
        String error = record.flatMap(MessageRecord::error)
                .map(MessageRecord.Fault::words)
                .orElse("Processing failed");
        write(last.filter(frame -> isError(frame))
                .orElseGet(() -> Bodies.bytes(event("error").put("error", error))));
    }

    private static boolean isError(byte[] frame) {
        return WorkerFrame.parse(frame)
                .filter(said -> said.type().equals("error"))
                .isPresent();
    }

    private void status(String message) throws IOException {
        write(Bodies.bytes(event("status").put("message", message)));
    }

    private static ObjectNode event(String type) {
        return Json.mapper().createObjectNode().put("type", type);
    }

    private void write(byte[] json) throws IOException {
        ByteArrayOutputStream event = new ByteArrayOutputStream(json.length + 8);
        event.writeBytes("data: ".getBytes(UTF_8));
        for (byte b : json) {
            // Between the members of JSON a line break is a blank like any other; in a line of the stream it would end
            // it.
            event.write(b == '\n' || b == '\r' ? ' ' : b);
        }
        event.writeBytes("\n\n".getBytes(UTF_8));
        event.writeTo(out);
        out.flush();
        writtenNanos = ticker.nanos();
    }
}
