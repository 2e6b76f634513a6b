package org.unfoldingword.broker.benchmark;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When each message of a streamed load test ran, by the store's time. Judged by that and never by arrival: each turn comes on a
 * connection of its own, and what was read first says nothing about what ran first. Safe for threads.
 */
final class Turns {

    private final Map<LoadMessage, Turn> turns = new ConcurrentHashMap<>();

    void add(LoadMessage message, Turn turn) {
        turns.put(message, turn);
    }

    /** The answers in the order in which the store saw them. */
    Sequences answers() {
        Sequences answers = new Sequences();
        inOrder().forEach(message -> answers.add(message.user(), message.number()));
        return answers;
    }

    /** How many turns began before the turn of the message before had ended. */
    int overlapping() {
        return (int) turns.entrySet().stream()
                .filter(turn -> overlaps(turn.getKey(), turn.getValue()))
                .count();
    }

    private boolean overlaps(LoadMessage message, Turn turn) {
        Turn before = turns.get(new LoadMessage(message.user(), message.number() - 1));
        return before != null
                && turn.begun()
                        .filter(begun -> begun.compareTo(before.ended()) < 0)
                        .isPresent();
    }

    private List<LoadMessage> inOrder() {
        return turns.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.comparing(Turn::ended)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * From the last {@code processing} to the end.
     *
     * @param begun empty if it ended without having run
     */
    record Turn(Optional<EventId> begun, EventId ended) {}

    /** The id of an event in its form {@code <ms>-<sequence>}, as the store counts. */
    record EventId(long millis, long sequence) implements Comparable<EventId> {

        private static final Comparator<EventId> ORDER =
                Comparator.comparingLong(EventId::millis).thenComparingLong(EventId::sequence);

        static Optional<EventId> parse(String id) {
            String[] parts = id.split("-", 2);
            return id.matches("\\d{1,18}-\\d{1,18}")
                    ? Optional.of(new EventId(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
                    : Optional.empty();
        }

        @Override
        public int compareTo(EventId other) {
            return ORDER.compare(this, other);
        }
    }
}
