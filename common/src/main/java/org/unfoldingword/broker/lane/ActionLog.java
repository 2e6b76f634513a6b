package org.unfoldingword.broker.lane;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The stream of what operators did, of which the latest thousands are kept. */
final class ActionLog {

    private static final int KEPT = 10_000;

    private final Redis redis;

    ActionLog(Redis redis) {
        this.redis = redis;
    }

    /** A repeated call after a lost answer may leave two records: better than none. */
    void add(String who, String what, String target, long count, String detail) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("who", Redis.utf8(who));
        fields.put("what", Redis.utf8(what));
        fields.put("target", Redis.utf8(target));
        fields.put("count", Redis.utf8(Long.toString(count)));
        fields.put("detail", Redis.utf8(detail));
        XAddArgs bounded = XAddArgs.Builder.maxlen(KEPT).approximateTrimming();
        redis.call(commands -> commands.xadd(Keyspace.actions(), bounded, fields));
    }

    /** The newest first, from before an id on; empty for the newest. */
    List<Action> latest(String before, int limit) {
        Range<String> range = before.isEmpty()
                ? Range.unbounded()
                : Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(before));
        return redis.call(commands -> commands.xrevrange(Keyspace.actions(), range, Limit.from(limit))).stream()
                .map(ActionLog::action)
                .toList();
    }

    private static Action action(StreamMessage<String, byte[]> entry) {
        Fields fields = new Fields(entry.getBody());
        return new Action(
                entry.getId(),
                Instant.ofEpochMilli(Long.parseLong(entry.getId().split("-", 2)[0])),
                fields.textOrBlank("who"),
                fields.textOrBlank("what"),
                fields.textOrBlank("target"),
                fields.number("count").orElseThrow(),
                fields.textOrBlank("detail"));
    }
}
