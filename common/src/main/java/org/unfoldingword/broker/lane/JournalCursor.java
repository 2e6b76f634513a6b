package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.message.MessageId;

/**
 * How far one follower of a message has been told its journal, and what it is told of what comes: each entry once, frames whole, and
 * what the journal leaves to the record. Confined to the thread that tells.
 */
final class JournalCursor {

    /** An id that a follower names: that of an entry, perhaps with a word. */
    private static final Pattern ID = Pattern.compile("(\\d{1,18}-\\d{1,18})(?:\\.(\\w+))?");
    /** The word of the answer that is told from the record, before an entry that says only that there is one. */
    private static final String ANSWER = "answer";
    /** The word of an end that is told from the record. */
    private static final String END = "end";

    private static final byte[] COMPLETE = "{\"type\":\"complete\",\"response\":".getBytes(UTF_8);

    private final Lanes lanes;
    private final MessageId id;
    private final List<byte[]> parts = new ArrayList<>(0);
    private String entry = "";
    private boolean answerTold;
    private boolean endTold;
    private Optional<Integer> place = Optional.empty();

    /** @param after the id that the follower was told last; empty, or none of a journal's, begins at the start */
    JournalCursor(Lanes lanes, MessageId id, Optional<String> after) {
        this.lanes = lanes;
        this.id = id;
        Matcher known = ID.matcher(after.orElse(""));
        if (known.matches()) {
            entry = known.group(1);
            answerTold = ANSWER.equals(known.group(2));
            endTold = END.equals(known.group(2));
        }
    }

    /** Id of the entry that was told last; empty before the first one. */
    String entry() {
        return entry;
    }

    /** The message's place, if that was told last. */
    Optional<Integer> place() {
        return place;
    }

    /** The next entries of the journal; none if there are no more yet. */
    List<JournalEntry> read() {
        return lanes.journal(id, entry.isEmpty() ? Optional.empty() : Optional.of(entry), Journals.PAGE);
    }

    /** Moves over entries; returns what the follower is to be told of them. */
    List<JournalEntry> pass(List<JournalEntry> entries) {
        List<JournalEntry> fresh = new ArrayList<>(entries.size() + 1);
        for (JournalEntry next : entries) {
            if (besides(next)) {
                fresh.add(next);
            } else if (JournalEntry.compareIds(next.id(), entry) > 0) {
                add(next, fresh);
                entry = next.id();
            }
            place = next instanceof JournalEntry.Queued queued ? Optional.of(queued.position()) : Optional.empty();
        }
        return fresh;
    }

    /** What the record of an ended message still tells of its journal, if that is gone and its end was not told. */
    List<JournalEntry> fromRecord(Found found) {
        if (endTold || !lanes.journal(id, Optional.empty(), /* max= */ 1).isEmpty()) {
            return List.of();
        }
        MessageRecord record = found.record();
        List<JournalEntry> told = new ArrayList<>();
        if (entry.isEmpty()) {
            // Before all ids that a journal gives.
            told.add(new JournalEntry.Queued("0-1", 1));
            record.startedAt().ifPresent(at -> told.add(new JournalEntry.Processing("0-2", record.attempts())));
        }
        if (!answerTold) {
            answer(found).ifPresent(told::add);
        }
        told.add(record.error()
                .<JournalEntry>map(fault -> new JournalEntry.Ended(idBesides(END), fault))
                .orElseGet(() -> new JournalEntry.Done(idBesides(END), /* told= */ true)));
        return told;
    }

    private static boolean besides(JournalEntry next) {
        return next.id().indexOf('.') >= 0;
    }

    private String idBesides(String word) {
        return (entry.isEmpty() ? "0-2" : entry) + "." + word;
    }

    /** Frames are told whole, and one that was cut off by its holder's end not at all. */
    private void add(JournalEntry next, List<JournalEntry> fresh) {
        if (next instanceof JournalEntry.Said said && (said.goesOn() || !parts.isEmpty())) {
            parts.addAll(said.parts());
            if (!said.goesOn()) {
                fresh.add(new JournalEntry.Said(said.id(), List.copyOf(parts), /* goesOn= */ false));
                parts.clear();
            }
            return;
        }
        parts.clear();
        if (next instanceof JournalEntry.Done done && !done.told() && !answerTold) {
            lanes.find(id, Watching.NOTHING).flatMap(this::answer).ifPresent(fresh::add);
        }
        fresh.add(next instanceof JournalEntry.Ended ended ? withWorkersWords(ended) : next);
    }

    /** The journal tells a fault in short; what the worker said to it stands in the record. */
    private JournalEntry withWorkersWords(JournalEntry.Ended ended) {
        return lanes.find(id, Watching.NOTHING)
                .flatMap(found -> found.record().error())
                .map(fault -> new JournalEntry.Ended(ended.id(), fault))
                .orElse(ended);
    }

    private Optional<JournalEntry> answer(Found found) {
        return found.record()
                .response()
                .map(response -> new JournalEntry.Said(
                        idBesides(ANSWER),
                        List.of(COMPLETE, response.toBytes(), new byte[] {'}'}),
                        /* goesOn= */ false));
    }
}
