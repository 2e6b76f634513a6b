package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.unfoldingword.broker.message.Conversation;

/** {@code totals.lua} and {@code queued.lua}: counts over all partitions. */
final class CountLanes {

    private static final Script TOTALS = Script.load("totals");
    private static final Script QUEUED = Script.load("queued");

    private final Redis redis;
    private final Keyspace keyspace;
    private final LaneProperties properties;

    CountLanes(Redis redis, Keyspace keyspace, LaneProperties properties) {
        this.redis = redis;
        this.keyspace = keyspace;
        this.properties = properties;
    }

    /**
     * Of the slots that answer; all are asked at the same time, so that one whose master is away holds up no other.
     *
     * @throws RedisUnavailable if none answers
     */
    Live live(List<List<Integer>> slots) {
        List<CompletableFuture<Answer>> asked = slots.stream()
                .map(slot -> CompletableFuture.supplyAsync(() -> ask(slot), Thread::startVirtualThread))
                .toList();
        Map<String, Long> counters = new HashMap<>();
        Sum messages = new Sum();
        Sum callbacks = new Sum();
        long now = 0;
        int away = 0;
        for (int slot = 0; slot < slots.size(); slot++) {
            try {
                Answer answer = Redis.await(asked.get(slot));
                now = Math.max(now, answer.number(0));
                add(answer, counters, messages, callbacks);
            } catch (RedisUnavailable unanswered) {
                away += slots.get(slot).size();
                if (away == properties.partitions()) {
                    throw unanswered;
                }
            }
        }
        return new Live(
                Instant.ofEpochMilli(now),
                totals(counters, messages, callbacks),
                messages.fare(now),
                callbacks.fare(now),
                away);
    }

    private Answer ask(List<Integer> slot) {
        List<String> keys = slot.stream()
                .flatMap(partition -> keyspace.both(Lane.MESSAGES, partition).stream())
                .toList();
        return redis.run(TOTALS, keys, new Arguments().add(properties.deadLetterRetention()));
    }

    private static void add(Answer answer, Map<String, Long> counters, Sum messages, Sum callbacks) {
        long now = answer.number(0);
        for (int i = 1; i < answer.size(); i++) {
            Answer partition = answer.list(i);
            partition.counts(0).forEach((name, count) -> counters.merge(name, count, Long::sum));
            messages.add(partition.list(1), now);
            callbacks.add(partition.list(2), now);
        }
    }

    /** Messages that have not ended, of each org that has any. */
    Map<String, Long> queuedByOrg(List<List<Integer>> slots) {
        Map<String, Long> queued = new HashMap<>();
        for (List<Integer> slot : slots) {
            Answer answer = redis.run(QUEUED, keyspace.blocks(Lane.MESSAGES, slot), new Arguments());
            for (int i = 0; i < answer.size(); i++) {
                answer.counts(i)
                        .forEach((org, entries) -> queued.merge(Conversation.unescape(org), entries, Long::sum));
            }
        }
        return queued;
    }

    private static Totals totals(Map<String, Long> counters, Sum messages, Sum callbacks) {
        return new Totals(
                counters.getOrDefault("accepted", 0L),
                counters.getOrDefault("redriven", 0L),
                counters.getOrDefault("completed", 0L),
                counters.getOrDefault("failed", 0L),
                counters.getOrDefault("cancelled", 0L),
                counters.getOrDefault("expired", 0L),
                messages.running,
                messages.queues,
                callbacksPending(counters),
                counters.getOrDefault("delivered", 0L),
                messages.dead,
                callbacks.dead,
                Map.copyOf(messages.holders),
                Map.copyOf(callbacks.holders));
    }

    /** Callbacks asked for that were neither delivered, nor dead-lettered, nor taken back. */
    private static long callbacksPending(Map<String, Long> counters) {
        return counters.getOrDefault("callbacks", 0L)
                + counters.getOrDefault("callback_redriven", 0L)
                - counters.getOrDefault("delivered", 0L)
                - counters.getOrDefault("undelivered", 0L)
                - counters.getOrDefault("withdrawn", 0L);
    }

    /** One lane over all partitions. */
    private static final class Sum {
        private long queues;
        private long running;
        private long delayed;
        private long dead;
        private long paused;
        private long telling;
        private long eldest = Long.MAX_VALUE;
        private final Map<String, String> holders = new HashMap<>();

        void add(Answer lane, long now) {
            queues += lane.number(0);
            running += lane.number(1);
            delayed += lane.number(2);
            dead += lane.number(3);
            if (!lane.text(4).isEmpty()) {
                eldest = Math.min(eldest, lane.number(4));
            }
            Answer pairs = lane.list(5);
            for (int i = 0; i < pairs.size(); i += 2) {
                String[] words = pairs.text(i + 1).split(" ", 2);
                if (Long.parseLong(words[0]) >= now) {
                    holders.put(pairs.text(i), words[1]);
                }
            }
            paused += lane.number(6);
            telling += lane.number(7);
        }

        Live.Fare fare(long now) {
            return new Live.Fare(
                    queues,
                    running,
                    delayed,
                    dead,
                    paused,
                    telling,
                    eldest == Long.MAX_VALUE
                            ? Optional.empty()
                            : Optional.of(Duration.ofMillis(Math.max(0, now - eldest))));
        }
    }
}
