package org.unfoldingword.broker.lane;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.message.MessageId;

/**
 * Tells those who watch a message that something happened to it: one subscription per process, however many watch. Signals are
 * hints; when none comes, a slow re-check of all watched messages, in batches, takes their place. Safe for threads.
 */
public final class Watches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watches.class);
    private static final Duration RECHECK = Duration.ofSeconds(10);
    private static final int BATCH = 256;
    /** The word of a signal that names a conversation. */
    private static final String MOVED = " moved";

    private final Lanes lanes;
    private final Map<MessageId, List<Runnable>> watchers = new ConcurrentHashMap<>();
    /** Of those who watch the places in a conversation. */
    private final Map<String, List<Runnable>> movers = new ConcurrentHashMap<>();
    /** As the re-check before saw them. Confined to its thread. */
    private final Map<MessageId, String> marks = new HashMap<>();

    private final Semaphore closing = new Semaphore(0);
    private final StatefulRedisPubSubConnection<String, String> subscription;

    private Watches(Lanes lanes, StatefulRedisPubSubConnection<String, String> subscription) {
        this.lanes = lanes;
        this.subscription = subscription;
    }

    /** @throws RedisUnavailable if Redis cannot be asked now */
    public static Watches open(Lanes lanes) {
        Watches watches = new Watches(lanes, lanes.redis().subscribe());
        watches.start();
        return watches;
    }

    private void start() {
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String signal) {
                String subject = signal.substring(0, Math.max(0, signal.indexOf(' ')));
                if (signal.endsWith(MOVED)) {
                    hint(movers.get(subject));
                } else {
                    MessageId.parse(subject).ifPresent(id -> hint(id));
                }
            }

            @Override
            public void subscribed(String channel, long count) {
                // Also after a lost connection, during which signals were missed.
                watchers.keySet().forEach(id -> hint(id));
                movers.values().forEach(all -> hint(all));
            }
        });
        String[] channels =
                lanes.allPartitions().stream().map(lanes.keyspace()::signals).toArray(String[]::new);
        lanes.redis().countCommand();
        Redis.await(subscription.async().subscribe(channels));
        Thread.ofVirtual().name("watches-recheck").start(this::recheck);
    }

    /** Calls {@code hint} whenever the message may have moved, on a thread that must not be held up. */
    public Watch on(MessageId id, Runnable hint) {
        return begin(watchers, id, hint);
    }

    /** Calls {@code hint} whenever the places or the turns of a watched conversation may have changed; see there. */
    Watch onMoves(String conversation, Runnable hint) {
        return begin(movers, conversation, hint);
    }

    private static <K> Watch begin(Map<K, List<Runnable>> all, K key, Runnable hint) {
        all.compute(key, (same, known) -> {
            List<Runnable> theirs = known == null ? new CopyOnWriteArrayList<>() : known;
            theirs.add(hint);
            return theirs;
        });
        return () -> all.computeIfPresent(key, (same, known) -> {
            known.remove(hint);
            return known.isEmpty() ? null : known;
        });
    }

    /** Messages watched by this process now. */
    public int watched() {
        return watchers.size();
    }

    @Override
    public void close() {
        closing.release();
        subscription.close();
    }

    private void hint(MessageId id) {
        hint(watchers.get(id));
    }

    private static void hint(@Nullable List<Runnable> known) {
        if (known != null) {
            known.forEach(Runnable::run);
        }
    }

    private void recheck() {
        try {
            while (!closing.tryAcquire(RECHECK.toMillis(), TimeUnit.MILLISECONDS)) {
                Map<Integer, List<MessageId>> byPartition = new HashMap<>();
                watchers.keySet().forEach(id -> byPartition
                        .computeIfAbsent(id.partition(), partition -> new ArrayList<>())
                        .add(id));
                marks.keySet().retainAll(watchers.keySet());
                byPartition.values().forEach(this::recheck);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of one partition. If its master is away, those of the others have their turn all the same. */
    private void recheck(List<MessageId> ids) {
        try {
            recheckAll(ids);
        } catch (RuntimeException failed) {
            log.warn("watches: re-check failed ({})", Redis.reason(failed));
        }
    }

    private void recheckAll(List<MessageId> ids) {
        for (int from = 0; from < ids.size(); from += BATCH) {
            lanes.standings(ids.subList(from, Math.min(ids.size(), from + BATCH)))
                    .forEach((id, standing) -> {
                        @Nullable String known = marks.put(id, standing.mark());
                        if (standing.ended() || !standing.mark().equals(known)) {
                            hint(id);
                        }
                    });
        }
    }

    /** One watcher's place; closing it ends the watch. */
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
