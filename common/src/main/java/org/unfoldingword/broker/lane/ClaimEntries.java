package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/** {@code claim.lua}: takes what is due. */
final class ClaimEntries {

    private static final Logger log = LoggerFactory.getLogger(ClaimEntries.class);

    private static final Script SCRIPT = Script.load("claim");
    /** What a callback says is in the record. */
    private static final Payload CALLBACKS_BODY = new Payload.Inline(new byte[0]);

    private final Redis redis;
    private final Keyspace keyspace;
    private final Chunks chunks;
    private final LaneProperties properties;

    ClaimEntries(Redis redis, Keyspace keyspace, Chunks chunks, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.chunks = chunks;
        this.properties = properties;
    }

    Taken run(Lane lane, List<Integer> partitions, String holder, int room, Beat beat, String state, GroupRoom groups) {
        long livesMillis =
                switch (beat) {
                    case SILENT -> 0;
                    case ALIVE -> properties.sweepInForce().toMillis() * 5 / 2;
                    case LEAVING -> -1;
                };
        Arguments arguments = new Arguments()
                .add(lane.word())
                .add(holder)
                .add(room)
                .add(properties.lease())
                .add(livesMillis)
                .add(state)
                .add(groups.each())
                .add(properties.doubt());
        groups.left().forEach((group, left) -> arguments.add(group).add(left));
        return taken(lane, partitions, redis.run(SCRIPT, keyspace.blocks(lane, partitions), arguments));
    }

    private Taken taken(Lane lane, List<Integer> partitions, Answer answer) {
        long now = answer.number(0);
        Optional<Duration> nextDue = answer.text(1).isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Math.max(0, answer.number(1) - now)));
        List<Integer> more = new ArrayList<>();
        Answer numbers = answer.list(2);
        for (int i = 0; i < numbers.size(); i++) {
            more.add(partitions.get((int) numbers.number(i) - 1));
        }
        List<Claim> claims = new ArrayList<>();
        List<Unreadable> unreadable = new ArrayList<>();
        for (int i = 3; i < answer.size(); i++) {
            Answer taken = answer.list(i);
            try {
                claims.add(claim(lane, taken, Instant.ofEpochMilli(now)));
            } catch (RuntimeException spoilt) {
                log.error(
                        "{} lane: the head of {} cannot be read, and ends ({})",
                        lane.word(),
                        taken.text(1),
                        spoilt.getClass().getSimpleName());
                unreadable.add(unreadable(lane, partitions.get((int) taken.number(0) - 1), taken));
            }
        }
        return new Taken(claims, unreadable, more, nextDue);
    }

    private Claim claim(Lane lane, Answer taken, Instant now) {
        Fields entry = taken.fields(7);
        MessageId id = entry.text("id").flatMap(MessageId::parse).orElseThrow();
        MessageRecord record = MessageRecord.of(taken.fields(8), index -> chunks.reply(id, index));
        Envelope envelope = lane == Lane.MESSAGES
                ? Envelope.parse(entry.bytes("envelope").orElseThrow())
                : record.envelope().orElseThrow();
        return new Claim(
                new Lease(lane, taken.text(1), id, taken.text(2), taken.text(3)),
                envelope,
                lane == Lane.MESSAGES ? chunks.request(id, entry).orElseThrow() : CALLBACKS_BODY,
                record,
                (int) taken.number(4),
                taken.number(5) == 1,
                taken.number(6) == 1,
                now);
    }

    private static Unreadable unreadable(Lane lane, int partition, Answer taken) {
        // An entry's first field is its message's id, whatever it is called.
        Answer fields = taken.list(7);
        Optional<Envelope> envelope = taken.fields(7)
                .bytes("envelope")
                .or(() -> taken.fields(8).bytes("envelope"))
                .flatMap(Envelope::readable);
        return new Unreadable(lane, partition, taken.text(1), taken.text(2), taken.text(3), fields.text(1), envelope);
    }

    /** What a holder says about itself along with a claim. */
    enum Beat {
        SILENT,
        ALIVE,
        LEAVING
    }

    /**
     * What was taken.
     *
     * @param unreadable what was taken as well, and no handler can be given
     * @param more partitions, of those asked, in which more is due
     * @param nextDue time until the next entry of those partitions is due, from now
     */
    record Taken(List<Claim> claims, List<Unreadable> unreadable, List<Integer> more, Optional<Duration> nextDue) {}

    /**
     * An entry that is not what {@code append.lua} writes: somebody's hand has spoilt it, or a version that took more than this one.
     * It has to end all the same, or its conversation would stand still for ever.
     *
     * @param id what stands where the message's id should
     * @param envelope if at least that can be read
     */
    record Unreadable(
            Lane lane,
            int partition,
            String queue,
            String entry,
            String token,
            String id,
            Optional<Envelope> envelope) {}
}
