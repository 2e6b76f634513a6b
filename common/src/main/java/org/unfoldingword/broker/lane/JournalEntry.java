package org.unfoldingword.broker.lane;

import io.lettuce.core.StreamMessage;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** One entry of a message's journal. Later entries have greater ids, also those of a later attempt. */
public sealed interface JournalEntry {

    String QUEUED = "queued";
    String PROCESSING = "processing";
    String FRAME = "frame";
    String PART = "part";
    String RETRYING = "retrying";
    String DONE = "done";
    String ERROR = "error";
    /** The data of a {@link #DONE} before which the journal does not have the answer. */
    String UNTOLD = "untold";

    /**
     * Names it within its journal: two numbers and a hyphen. What followers are told beside the journal has the id of the entry
     * before it, a dot and a word; whoever reads on after such an id loses nothing.
     */
    String id();

    /** Where it is in the journal: the id of the entry that it is, or that it is told beside. */
    default String place() {
        int word = id().indexOf('.');
        return word < 0 ? id() : id().substring(0, word);
    }

    /** It waits. {@code position} counts from 1 = running or next. */
    record Queued(String id, int position) implements JournalEntry {}

    /** An attempt begins, counted from 1. */
    record Processing(String id, int attempt) implements JournalEntry {}

    /**
     * The worker said this, byte for byte.
     *
     * @param parts one after the other; a long one is not copied together without need
     * @param goesOn the next entry continues it; followers are told it whole
     */
    record Said(String id, List<byte[]> parts, boolean goesOn) implements JournalEntry {

        /** In bytes. */
        public long length() {
            return parts.stream().mapToLong(part -> part.length).sum();
        }

        /** In one piece. */
        public byte[] data() {
            if (parts.size() == 1) {
                return parts.getFirst();
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream((int) length());
            parts.forEach(whole::writeBytes);
            return whole.toByteArray();
        }
    }

    /** The attempt is over without an end, and the message will be tried again. */
    record Retrying(String id, String reason) implements JournalEntry {}

    /**
     * It was answered: the last entry.
     *
     * @param told the worker's own frame with the answer came before; otherwise the answer is only in the record
     */
    record Done(String id, boolean told) implements JournalEntry {}

    /** It ended without an answer: failed, cancelled or expired. The last entry. */
    record Ended(String id, MessageRecord.Fault fault) implements JournalEntry {}

    /** Whether no other entry follows. */
    default boolean last() {
        return this instanceof Done || this instanceof Ended;
    }

    /** Orders ids of one journal by age; the empty one comes before all. */
    static int compareIds(String one, String another) {
        if (one.isEmpty() || another.isEmpty()) {
            return Boolean.compare(!one.isEmpty(), !another.isEmpty());
        }
        String[] a = one.split("-", 2);
        String[] b = another.split("-", 2);
        int byToken = Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0]));
        return byToken != 0 ? byToken : Long.compare(Long.parseLong(a[1]), Long.parseLong(b[1]));
    }

    static JournalEntry of(StreamMessage<String, byte[]> entry) {
        Fields fields = new Fields(entry.getBody());
        String id = entry.getId();
        String event = required(fields, "event");
        return switch (event) {
            case QUEUED -> new Queued(id, Integer.parseInt(required(fields, "data")));
            case PROCESSING -> new Processing(id, Integer.parseInt(required(fields, "data")));
            case FRAME, PART -> new Said(id, List.of(fields.bytes("data").orElseThrow()), event.equals(PART));
            case RETRYING -> new Retrying(id, required(fields, "data"));
            case DONE -> new Done(id, required(fields, "data").isEmpty());
            case ERROR -> new Ended(id, faultOf(required(fields, "data")));
            default -> throw new IllegalStateException("journal entry " + id + ": event '" + event + "'");
        };
    }

    /** A fault as an entry's data: its code, which has no space, and its message. */
    static String dataOf(MessageRecord.Fault fault) {
        return fault.code() + " " + fault.message();
    }

    private static MessageRecord.Fault faultOf(String data) {
        String[] words = data.split(" ", 2);
        return new MessageRecord.Fault(words[0], words.length > 1 ? words[1] : "");
    }

    private static String required(Fields fields, String name) {
        return fields.text(name).orElseThrow(() -> new IllegalStateException("journal entry: no field " + name));
    }
}
