package org.unfoldingword.broker.ingest;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.lane.DeadLetter;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Page;
import org.unfoldingword.broker.lane.Place;
import org.unfoldingword.broker.message.MessageId;

/**
 * The dead letters that a request is about: those that it names, or a page of those that its filter finds.
 *
 * @param words for the record of the action
 * @param next where the action goes on; empty: it ends with these
 */
record ChosenLetters(List<MessageId> ids, String words, Optional<String> next) {

    /** @throws Problem if the request names none and has no filter, or a cursor that is none */
    static ChosenLetters of(OperatorRequest.Body body, Lane lane, boolean newestFirst, Operations operations) {
        Optional<List<MessageId>> named = body.messageIds();
        if (named.isPresent()) {
            return named(named.get(), newestFirst);
        }
        if (!body.flag("all")) {
            throw Problem.field("message_ids", "missing", "ids, or \"all\": true with a filter");
        }
        DeadLetter.Filter filter = new DeadLetter.Filter(
                newestFirst,
                OperatorRequest.search(body.text("search")),
                body.text("code").orElse(""),
                body.text("org_id").orElse(""),
                Optional.empty());
        Optional<Going> going =
                body.text("cursor").filter(text -> !text.isEmpty()).map(Going::parse);
        return found(lane, filter, going, operations);
    }

    private static ChosenLetters named(List<MessageId> named, boolean newestFirst) {
        Comparator<MessageId> byAge = Comparator.naturalOrder();
        List<MessageId> ids = named.stream()
                .distinct()
                .sorted(newestFirst ? byAge.reversed() : byAge)
                .toList();
        String words = ids.size() == 1 ? ids.getFirst().toString() : ids.size() + " messages";
        return new ChosenLetters(ids, words, Optional.empty());
    }

    private static ChosenLetters found(
            Lane lane, DeadLetter.Filter filter, Optional<Going> going, Operations operations) {
        Optional<Instant> until = going.map(Going::until).or(() -> latestDeath(lane, filter, operations));
        Page<DeadLetter> page = until.isEmpty()
                ? new Page<>(List.of(), Optional.empty())
                : operations.deadLetters(
                        lane, filter.diedBy(until.get()), going.map(Going::place), OperatorRequest.LIMIT_MAX);
        String words = ("all " + filter.part() + " " + filter.code() + " " + filter.org())
                .replaceAll("\\s+", " ")
                .strip();
        return new ChosenLetters(
                page.items().stream().map(DeadLetter::id).toList(),
                words,
                page.next().map(place -> new Going(place, until.orElseThrow()).cursor()));
    }

    /** Nothing that the filter finds has died later; empty if it finds nothing at all. */
    private static Optional<Instant> latestDeath(Lane lane, DeadLetter.Filter filter, Operations operations) {
        Page<DeadLetter> latest = operations.deadLetters(lane, filter.newest(), Optional.empty(), /* limit= */ 1);
        return latest.items().stream().findFirst().map(DeadLetter::diedAt).or(() -> latest.next()
                .map(Place::at));
    }

    /**
     * Where an action over many pages goes on.
     *
     * @param until what was dead when it began. What it brings back may die again meanwhile: without a bound it would come to that
     *     again and again, and never end.
     */
    private record Going(Place place, Instant until) {

        private static final Pattern CURSOR = Pattern.compile("([^.]*)[.](\\d{1,15})");

        String cursor() {
            return place.cursor() + "." + until.toEpochMilli();
        }

        static Going parse(String cursor) {
            Matcher parts = CURSOR.matcher(cursor);
            return Optional.of(parts)
                    .filter(Matcher::matches)
                    .flatMap(known -> Place.parse(known.group(1)))
                    .map(place -> new Going(place, Instant.ofEpochMilli(Long.parseLong(parts.group(2)))))
                    .orElseThrow(() -> Problem.field("cursor", cursor, "the next_cursor of a page before"));
        }
    }
}
