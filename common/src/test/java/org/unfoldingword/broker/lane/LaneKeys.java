package org.unfoldingword.broker.lane;

import io.lettuce.core.ScoredValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads the keys of both lanes as they lie in Redis, without the engine, and moves the clock that they were written by. */
final class LaneKeys {

    /** Per queue: its entries' ids, scores in later and in line, whether it is in heads, its token, its pending entries. */
    private static final Script READ = Script.of("read", """
            local result = {}
            for i = 1, #KEYS, 5 do
              local name, group = ARGV[(i - 1) / 5 * 2 + 1], ARGV[(i - 1) / 5 * 2 + 2]
              local ids, pending = {}, 0
              for n, entry in ipairs(redis.call('XRANGE', KEYS[i], '-', '+')) do ids[n] = entry[2][2] end
              if redis.call('EXISTS', KEYS[i]) == 1 then pending = redis.call('XPENDING', KEYS[i], group)[1] end
              result[#result + 1] = {
                ids, redis.call('ZSCORE', KEYS[i + 1], name) or '', redis.call('ZSCORE', KEYS[i + 2], name) or '',
                redis.call('ZSCORE', KEYS[i + 3], name) and 1 or 0, redis.call('HGET', KEYS[i + 4], name) or '', pending,
              }
            end
            return result
            """);

    /**
     * A queue as it is, or as it ought to be.
     *
     * @param place in words
     * @param head whether it is in heads
     */
    record Picture(List<String> ids, String place, boolean head, Optional<String> token, int pending) {

        static Picture of(LaneModel.Queue queue) {
            return new Picture(
                    queue.messages().stream()
                            .map(message -> message.id.toString())
                            .toList(),
                    queue.place.toString(),
                    !queue.isEmpty(),
                    queue.token,
                    queue.deliveries > 0 ? 1 : 0);
        }
    }

    /** Per record: 1 if it does not expire, and the bookmark in it. */
    private static final Script READ_NOTES = Script.of("read notes", """
            local result = {}
            for _, key in ipairs(KEYS) do
              result[#result + 1] = redis.call('PTTL', key) == -1 and 1 or 0
              result[#result + 1] = redis.call('HGET', key, 'callback_told') or ''
            end
            return result
            """);

    /** Per chunk: its key, and 1 if it expires. */
    private static final Script READ_CHUNKS = Script.of("read chunks", """
            local result = {}
            for _, key in ipairs(redis.call('KEYS', 'broker:{p*}:body:*')) do
              result[#result + 1] = key
              result[#result + 1] = redis.call('PTTL', key) ~= -1 and 1 or 0
            end
            return result
            """);

    /** The keys that have one of the words in their name or their content. */
    private static final Script MENTIONS = Script.of("mentions", """
            local read = {
              string = function(key) return { redis.call('GET', key) } end,
              hash = function(key) return redis.call('HGETALL', key) end,
              list = function(key) return redis.call('LRANGE', key, 0, -1) end,
              zset = function(key) return redis.call('ZRANGE', key, 0, -1) end,
              stream = function(key)
                local texts = {}
                for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
                  for _, text in ipairs(entry[2]) do texts[#texts + 1] = text end
                end
                return texts
              end,
            }
            local function mentions(key)
              local texts = read[redis.call('TYPE', key).ok](key)
              texts[#texts + 1] = key
              for _, text in ipairs(texts) do
                for _, word in ipairs(ARGV) do
                  if string.find(text, word, 1, true) then return true end
                end
              end
            end
            local result = {}
            for _, key in ipairs(redis.call('KEYS', 'broker:*')) do
              if mentions(key) then result[#result + 1] = key end
            end
            return result
            """);

    /**
     * What a message's record says of itself, or ought to.
     *
     * @param kept it does not expire
     * @param bookmark up to where the message was told of
     */
    record Note(boolean kept, Optional<String> bookmark) {}

    private final Redis redis;
    private final Keyspace keyspace;

    LaneKeys(Redis redis, Keyspace keyspace) {
        this.redis = redis;
        this.keyspace = keyspace;
    }

    /** The queues' pictures, by their names. */
    Map<String, Picture> pictures(Iterable<LaneModel.Queue> queues) {
        List<String> keys = new ArrayList<>();
        Arguments arguments = new Arguments();
        for (LaneModel.Queue queue : queues) {
            keys.addAll(List.of(
                    key(queue, queue.lane.word() + ":" + queue.name),
                    key(queue, "later:" + queue.lane.word()),
                    line(queue),
                    key(queue, "heads:" + queue.lane.word()),
                    key(queue, "held:" + queue.lane.word())));
            arguments.add(queue.name).add(queue.lane == Lane.MESSAGES ? "dispatchers" : "deliverers");
        }
        Answer answer = redis.run(READ, keys, arguments);
        Map<String, Picture> pictures = new LinkedHashMap<>();
        int at = 0;
        for (LaneModel.Queue queue : queues) {
            pictures.put(queue.name, picture(answer.list(at++)));
        }
        return pictures;
    }

    private static Picture picture(Answer read) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < read.list(0).size(); i++) {
            ids.add(read.list(0).text(i));
        }
        return new Picture(
                ids,
                place(read.text(1), read.text(2)),
                read.number(3) == 1,
                Optional.of(read.text(4)).filter(token -> !token.isEmpty()),
                (int) read.number(5));
    }

    private static String place(String later, String ready) {
        if (!later.isEmpty() && !ready.isEmpty()) {
            return "both in later and ready";
        }
        if (!ready.isEmpty()) {
            return LaneModel.Place.READY.toString();
        }
        LaneModel.Place place = later.isEmpty()
                ? LaneModel.Place.NOWHERE
                : later.equals("inf") ? LaneModel.Place.PARKED : LaneModel.Place.LATER;
        return place.toString();
    }

    /** What the messages' records say, in their order. */
    List<Note> notes(List<LaneModel.Message> messages) {
        List<String> records =
                messages.stream().map(message -> keyspace.record(message.id)).toList();
        Answer answer = redis.run(READ_NOTES, records, new Arguments());
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < answer.size(); i += 2) {
            notes.add(new Note(
                    answer.number(i) == 1, Optional.of(answer.text(i + 1)).filter(text -> !text.isEmpty())));
        }
        return notes;
    }

    /** The chunks of bodies, as {@code <id>:request} and {@code <id>:reply}. */
    Map<String, LaneModel.Pieces> chunks() {
        Map<String, LaneModel.Pieces> lie = new TreeMap<>();
        Answer answer = redis.run(READ_CHUNKS, List.of(), new Arguments());
        for (int i = 0; i < answer.size(); i += 2) {
            String[] parts = answer.text(i).split(":", -1);
            lie.merge(
                    parts[3] + ":" + parts[4],
                    LaneModel.Pieces.of(1, /* kept= */ answer.number(i + 1) == 0),
                    (some, more) -> new LaneModel.Pieces(some.kept() + more.kept(), some.expiring() + more.expiring()));
        }
        return lie;
    }

    /** The keys that have one of the words in their name or their content. */
    List<String> mentioning(List<String> words) {
        Arguments arguments = new Arguments();
        words.forEach(arguments::add);
        Answer answer = redis.run(MENTIONS, List.of(), arguments);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < answer.size(); i++) {
            keys.add(answer.text(i));
        }
        return keys;
    }

    /** The counters over all partitions; without those that are no account. */
    Map<String, Long> totals() {
        Map<String, Long> sum = new TreeMap<>();
        for (int partition = 0; partition < keyspace.partitions(); partition++) {
            counters(partition).forEach((counter, value) -> sum.merge(counter, value, Long::sum));
        }
        sum.keySet().removeAll(Set.of("token", "duration"));
        return sum;
    }

    /** The last fencing token of a partition. */
    long token(int partition) {
        return counters(partition).getOrDefault("token", 0L);
    }

    private Map<String, Long> counters(int partition) {
        String key = Keyspace.prefix(partition) + "totals";
        Map<String, Long> counters = new TreeMap<>();
        redis.call(commands -> commands.hgetall(key))
                .forEach((counter, value) -> counters.put(
                        counter, Long.valueOf(new String(value, java.nio.charset.StandardCharsets.UTF_8))));
        return counters;
    }

    /** Since when a queue is in line; empty if it is not. */
    Optional<Double> readySince(LaneModel.Queue queue) {
        String line = line(queue);
        return Optional.ofNullable(redis.call(commands -> commands.zscore(line, Redis.utf8(queue.name))));
    }

    long wakeTokens(LaneModel.Queue queue) {
        String key = keyspace.wake(queue.lane, partition(queue));
        return redis.<Long>call(commands -> commands.llen(key));
    }

    void loseWakeTokens() {
        for (Lane lane : Lane.values()) {
            for (int partition = 0; partition < keyspace.partitions(); partition++) {
                String key = keyspace.wake(lane, partition);
                redis.call(commands -> commands.del(key));
            }
        }
    }

    /** The lease's end has come, or the time of the next attempt. */
    void makeDue(LaneModel.Queue queue) {
        String later = key(queue, "later:" + queue.lane.word());
        redis.call(commands -> commands.zadd(later, 1.0, Redis.utf8(queue.name)));
    }

    /**
     * Redis's clock jumps. It cannot be set, so the times that it is compared with move the other way, which is the same. A jump back
     * also leaves the last fencing token in the future; a jump ahead leaves it, as any other, in the past. What expires does not
     * notice, nor do the ids of streams.
     */
    void jump(Duration by, Iterable<LaneModel.Queue> queues, Iterable<LaneModel.Message> messages) {
        Set<String> millis = new java.util.LinkedHashSet<>();
        Set<String> micros = new java.util.LinkedHashSet<>();
        for (LaneModel.Queue queue : queues) {
            String lane = queue.lane.word();
            millis.addAll(List.of(key(queue, "later:" + lane), key(queue, "heads:" + lane), line(queue)));
            micros.add(key(queue, "ready:" + lane));
        }
        millis.forEach(key -> shift(key, by.toMillis()));
        micros.forEach(key -> shift(key, by.toMillis() * 1000));
        for (LaneModel.Message message : messages) {
            String record = keyspace.record(message.id);
            if (redis.<Boolean>call(commands -> commands.hexists(record, "started"))) {
                redis.call(commands -> commands.hincrby(record, "started", -by.toMillis()));
            }
        }
        for (int partition = 0; by.isNegative() && partition < keyspace.partitions(); partition++) {
            String totals = Keyspace.prefix(partition) + "totals";
            if (token(partition) > 0) {
                redis.call(commands -> commands.hincrby(totals, "token", -by.toMillis() * 1000));
            }
        }
    }

    private void shift(String key, long by) {
        for (ScoredValue<byte[]> member : redis.call(commands -> commands.zrangeWithScores(key, 0, -1))) {
            if (Double.isFinite(member.getScore())) {
                redis.call(commands -> commands.zadd(key, member.getScore() - by, member.getValue()));
            }
        }
    }

    private String line(LaneModel.Queue queue) {
        return key(queue, "ready:" + queue.lane.word() + ":" + queue.group);
    }

    private String key(LaneModel.Queue queue, String rest) {
        return Keyspace.prefix(partition(queue)) + rest;
    }

    private int partition(LaneModel.Queue queue) {
        return queue.conversation.partition(keyspace.partitions());
    }
}
