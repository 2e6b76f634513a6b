package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.MessageId;

/**
 * Events with a name and an id, from which a client can resume; what the worker says is unnamed, byte for byte. Written by hand,
 * because the web client only reads {@code data: } with a space and lines that end with LF.
 */
final class BrokerDialect implements Dialect {

    private static final byte[] COMMENT = ascii(":\n\n");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] NEXT_DATA = ascii("\ndata: ");
    private static final byte[] END = ascii("\n\n");

    /** Ids name the message, because the events are of many. */
    private final boolean many;
    /** Id of the last event that has one in a journal. */
    private String place = "0";

    BrokerDialect(boolean many) {
        this.many = many;
    }

    @Override
    public byte[] keepAlive() {
        return COMMENT;
    }

    @Override
    public void say(MessageId id, JournalEntry entry, OutputStream out) throws IOException {
        String name = name(id, entry);
        switch (entry) {
            case JournalEntry.Queued queued ->
                event(name, "queued", json(id).put("queue_position", queued.position()), out);
            case JournalEntry.Processing processing ->
                event(name, "processing", json(id).put("attempt", processing.attempt()), out);
            case JournalEntry.Retrying retrying -> event(name, "retrying", trying(id, retrying), out);
            case JournalEntry.Done done -> event(name, "done", json(id), out);
            case JournalEntry.Ended ended ->
                event(
                        name,
                        "error",
                        Json.object()
                                .put("error", ended.fault().message())
                                .put("code", ended.fault().code())
                                .put("message_id", id.toString()),
                        out);
            case JournalEntry.Said said -> frame(name, said.parts(), out);
        }
    }

    private String name(MessageId id, JournalEntry entry) {
        if (!many) {
            return entry.id();
        }
        if (entry.id().startsWith(".")) {
            return place + entry.id();
        }
        place = id + "/" + entry.place();
        return id + "/" + entry.id();
    }

    /** Clients that do not know the event pass its data on as if the worker had said it: so it is a status. */
    private static ObjectNode trying(MessageId id, JournalEntry.Retrying retrying) {
        return Json.object()
                .put("type", "status")
                .put("message", "Trying again...")
                .put("message_id", id.toString())
                .put("reason", retrying.reason());
    }

    private static ObjectNode json(MessageId id) {
        return Json.object().put("message_id", id.toString());
    }

    private static void event(String id, String event, ObjectNode data, OutputStream out) throws IOException {
        out.write(ascii("id: " + id + "\nevent: " + event + "\n"));
        out.write(DATA);
        out.write(Json.bytes(data));
        out.write(END);
    }

    private static void frame(String id, List<byte[]> parts, OutputStream out) throws IOException {
        out.write(ascii("id: " + id + "\n"));
        out.write(DATA);
        for (byte[] part : parts) {
            lines(part, out);
        }
        out.write(END);
    }

    /** A line break within the data goes on in another data line, as the standard has it. */
    private static void lines(byte[] data, OutputStream out) throws IOException {
        int from = 0;
        for (int i = 0; i < data.length; i++) {
            if (data[i] == '\n') {
                out.write(data, from, i - from);
                out.write(NEXT_DATA);
                from = i + 1;
            }
        }
        out.write(data, from, data.length - from);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
