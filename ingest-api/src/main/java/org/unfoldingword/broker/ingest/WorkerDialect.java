package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.WorkerFrame;

/**
 * The worker's own: only {@code data: <json>} and a blank line; a status while the message waits, the worker's events byte for byte,
 * and at the end exactly one {@code complete} or {@code error}. Its clients do not take a comment for a sign of life.
 */
final class WorkerDialect implements Dialect {

    private static final byte[] DATA = "data: ".getBytes(US_ASCII);
    private static final byte[] END = "\n\n".getBytes(US_ASCII);
    private static final byte[] KEEPALIVE = "data: {\"type\":\"keepalive\"}\n\n".getBytes(US_ASCII);
    private static final String QUEUED = "Queued — processing will begin shortly";

    /** The worker's own end, held back until it is known that no other attempt follows. */
    private Optional<End> last = Optional.empty();

    @Override
    public byte[] keepAlive() {
        return KEEPALIVE.clone();
    }

    @Override
    public void say(MessageId id, JournalEntry entry, OutputStream out) throws IOException {
        switch (entry) {
            case JournalEntry.Queued queued -> {
                if (queued.position() > 1) {
                    status(out);
                }
            }
            case JournalEntry.Processing processing -> last = Optional.empty();
            case JournalEntry.Said said -> said(said.data(), out);
            case JournalEntry.Retrying retrying -> status(out);
            case JournalEntry.Done done -> end("complete", "no answer", out);
            case JournalEntry.Ended ended -> end("error", ended.fault().words(), out);
        }
    }

    private void said(byte[] frame, OutputStream out) throws IOException {
        last = WorkerFrame.parse(frame).filter(WorkerFrame::terminal).map(end -> new End(end.type(), frame));
        if (last.isEmpty()) {
            event(frame, out);
        }
    }

    /** @param type that the worker's own end must have to be ours */
    private void end(String type, String error, OutputStream out) throws IOException {
        byte[] own = last.filter(end -> end.type().equals(type))
                .map(End::frame)
                .orElseGet(() -> Json.bytes(json("error").put("error", error)));
        event(own, out);
    }

    private static void status(OutputStream out) throws IOException {
        event(Json.bytes(json("status").put("message", QUEUED)), out);
    }

    private static ObjectNode json(String type) {
        return Json.object().put("type", type);
    }

    private static void event(byte[] json, OutputStream out) throws IOException {
        byte[] line = json.clone();
        for (int i = 0; i < line.length; i++) {
            // Between the members of JSON a line break is a blank like any other; in a line of the stream it would end
            // it.
            line[i] = line[i] == '\n' || line[i] == '\r' ? (byte) ' ' : line[i];
        }
        out.write(DATA);
        out.write(line);
        out.write(END);
    }

    private record End(String type, byte[] frame) {}
}
