package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** {@code deadletters.lua}: reads dead letters in the order of their death, without their bodies. */
final class ListDeadLetters {

    private static final Script SCRIPT = Script.load("deadletters");
    /** How many dead letters of a partition one call looks at. */
    private static final int LOOKS_MAX = 2000;

    private final Lanes lanes;

    ListDeadLetters(Lanes lanes) {
        this.lanes = lanes;
    }

    Page<DeadLetter> run(Lane lane, DeadLetter.Filter filter, Optional<Place> after, int limit) {
        PageOf<DeadLetter> page =
                new PageOf<>(filter.newestFirst() ? Place.OLDEST_FIRST.reversed() : Place.OLDEST_FIRST, limit);
        Arguments arguments = new Arguments()
                .add(lane.word())
                .add(filter.newestFirst() ? "newest" : "oldest")
                .add(limit)
                .add(LOOKS_MAX)
                .add(after.map(Place::atMillis).map(Object::toString).orElse(""))
                .add(after.map(Place::name).orElse(""))
                .add(filter.part())
                .add(filter.code())
                .add(Conversation.escape(filter.org()))
                .add(filter.until()
                        .map(then -> Long.toString(then.toEpochMilli()))
                        .orElse(""));
        for (List<Integer> slot : lanes.slots(lanes.allPartitions())) {
            Answer answer = lanes.redis().run(SCRIPT, lanes.keyspace().blocks(lane, slot), arguments);
            for (int i = 0; i < answer.size(); i++) {
                Answer partition = answer.list(i);
                for (int j = 3; j < partition.size(); j++) {
                    DeadLetter letter = letter(lane, partition.list(j));
                    page.add(
                            new Place(
                                    letter.diedAt().toEpochMilli(), letter.id().toString()),
                            letter);
                }
                if (partition.number(0) == 0) {
                    page.unfinishedAt(new Place(partition.number(1), partition.text(2)));
                }
            }
        }
        return page.page();
    }

    private DeadLetter letter(Lane lane, Answer found) {
        MessageId id = found.id(0);
        Map<String, byte[]> fields = new HashMap<>();
        for (int i = 2; i < found.size(); i += 2) {
            fields.put(found.text(i), found.bytes(i + 1));
        }
        MessageRecord record = MessageRecord.of(new Fields(fields), index -> {
            throw new IllegalStateException("reply chunk " + index + ": not read with a list of dead letters");
        });
        return new DeadLetter(lane, id, Instant.ofEpochMilli(found.number(1)), record);
    }
}
