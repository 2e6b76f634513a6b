package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;

/** {@code survey.lua}: looks at queues, those whose head has been the head for longest first. */
final class SurveyQueues {

    private static final Script SCRIPT = Script.load("survey");
    /** How many queues of a partition one call looks at: on one Redis a script looks at all partitions, and others wait. */
    private static final int LOOKS_MAX = 200;
    /** Looking at a name alone is cheaper. */
    private static final int SEARCH_LOOKS_MAX = 1000;

    private final Lanes lanes;

    SurveyQueues(Lanes lanes) {
        this.lanes = lanes;
    }

    Page<QueueState> page(Lane lane, QueueFilter filter, Optional<Place> after, int limit) {
        return page(lane, lanes.slots(lanes.allPartitions()), arguments(lane, filter, after, limit), limit);
    }

    private Page<QueueState> page(Lane lane, List<List<Integer>> slots, Arguments arguments, int limit) {
        PageOf<QueueState> page = new PageOf<>(Place.OLDEST_FIRST, limit);
        for (List<Integer> slot : slots) {
            Answer answer = lanes.redis().run(SCRIPT, lanes.keyspace().blocks(lane, slot), arguments);
            for (int i = 1; i < answer.size(); i++) {
                Answer partition = answer.list(i);
                for (QueueState queue : queues(lane, answer.number(0), partition)) {
                    page.add(new Place(queue.headSince().toEpochMilli(), queue.name()), queue);
                }
                if (partition.number(0) == 0) {
                    page.unfinishedAt(new Place(partition.number(1), partition.text(2)));
                }
            }
        }
        return page.page();
    }

    /** One queue; empty if it has no entries. */
    Optional<QueueState> one(Lane lane, int partition, String queue) {
        QueueFilter any = new QueueFilter(QueueFilter.Only.ANY, Duration.ZERO, Duration.ZERO, "");
        Arguments arguments = arguments(lane, any, Optional.empty(), 1).add(queue);
        Answer answer = lanes.redis().run(SCRIPT, lanes.keyspace().block(lane, partition), arguments);
        return queues(lane, answer.number(0), answer.list(1)).stream().findFirst();
    }

    /** The queues of one partition whose name has the part, from a place on. */
    Page<QueueState> search(Lane lane, int partition, String part, Optional<Place> after, int limit) {
        QueueFilter named = new QueueFilter(QueueFilter.Only.ANY, Duration.ZERO, Duration.ZERO, part);
        return page(lane, List.of(List.of(partition)), arguments(lane, named, after, limit), limit);
    }

    private static Arguments arguments(Lane lane, QueueFilter filter, Optional<Place> after, int limit) {
        return new Arguments()
                .add(lane.word())
                .add(limit)
                .add(filter.part().isEmpty() ? LOOKS_MAX : SEARCH_LOOKS_MAX)
                .add(after.map(Place::atMillis).map(Object::toString).orElse(""))
                .add(after.map(Place::name).orElse(""))
                .add(filter.only().word())
                .add(filter.headFor())
                .add(filter.idleFor())
                .add(filter.part());
    }

    private static List<QueueState> queues(Lane lane, long now, Answer partition) {
        List<QueueState> queues = new ArrayList<>();
        for (int i = 3; i < partition.size(); i++) {
            queues.add(queue(lane, Instant.ofEpochMilli(now), partition.list(i)));
        }
        return queues;
    }

    private static QueueState queue(Lane lane, Instant now, Answer found) {
        String name = found.text(0);
        Answer record = found.list(10);
        String due = found.text(4);
        return new QueueState(
                now,
                lane,
                name,
                time(found.text(1)).orElse(now),
                (int) found.number(2),
                !found.text(3).isEmpty(),
                due.equals("inf") ? Optional.empty() : time(due),
                time(found.text(5)),
                pending(found.list(6)),
                pauses(name, found.list(7)),
                found.id(9),
                time(record.text(4))
                        .or(() -> time(found.text(8).split("-", 2)[0]))
                        .orElseThrow(),
                record.text(0),
                count(record.text(1)),
                count(record.text(3)),
                time(record.text(2)),
                time(record.text(5)),
                found.number(11) == 1);
    }

    private static Optional<QueueState.Pending> pending(Answer entry) {
        return entry.size() == 0
                ? Optional.empty()
                : Optional.of(new QueueState.Pending(
                        entry.text(0), entry.text(1), Duration.ofMillis(entry.number(2)), (int) entry.number(3)));
    }

    private static List<Pause> pauses(String queue, Answer marks) {
        List<Pause> pauses = new ArrayList<>();
        List<String> scopes = List.of(queue, "@" + Conversation.escape(orgOf(queue)), "*");
        for (int i = 0; i < scopes.size(); i++) {
            if (!marks.text(i).isEmpty()) {
                pauses.add(Pause.of(scopes.get(i), marks.text(i)));
            }
        }
        return pauses;
    }

    private static String orgOf(String queue) {
        return new Conversation(queue).org();
    }

    private static Optional<Instant> time(String millis) {
        return millis.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(Long.parseLong(millis)));
    }

    private static int count(String number) {
        return number.isEmpty() ? 0 : Integer.parseInt(number);
    }
}
