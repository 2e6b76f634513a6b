package org.unfoldingword.broker.lane;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * One follower of one conversation, on a virtual thread of its own: tells its messages one after the other, as they run, and in
 * between the places of those that wait.
 */
final class ConversationFollowing implements Journals.Following {

    private static final Logger log = LoggerFactory.getLogger(ConversationFollowing.class);
    /** How soon to ask again when Redis is away. */
    private static final Duration AWAY = Duration.ofSeconds(1);

    private final Journals journals;
    private final Conversation conversation;
    private final Optional<Predicate<Found>> visible;
    private final Follower follower;
    private final Semaphore hints = new Semaphore(0);
    /** Held while the follower is told something. */
    private final ReentrantLock telling = new ReentrantLock();

    private volatile boolean closed;

    // Confined to the thread that follows.
    private final List<Turn> turns = new ArrayList<>();
    private Optional<TurnPlace> after;
    private Optional<Turn> newest = Optional.empty();
    private Optional<Current> current = Optional.empty();
    private int announced;
    /** Of messages that wait, whether the follower may know of them. */
    private final Map<MessageId, Boolean> seen = new HashMap<>();

    /** Places that were told. Guarded by telling. */
    private final Map<MessageId, Integer> places = new HashMap<>();

    ConversationFollowing(
            Journals journals,
            Conversation conversation,
            Optional<TurnPlace> after,
            Optional<Predicate<Found>> visible,
            Follower follower) {
        this.journals = journals;
        this.conversation = conversation;
        this.after = after;
        this.visible = visible;
        this.follower = follower;
    }

    void start() {
        Thread.ofVirtual().name("follow-conversation").start(this::followAll);
    }

    @Override
    public void close() {
        closed = true;
        hints.release();
    }

    private void followAll() {
        boolean left = false;
        try (Watches.Watch moves = journals.watches().onMoves(conversation.name(), hints::release)) {
            // Whatever is not heard of is asked for, and Redis knows that somebody follows.
            Duration wait = journals.lanes().properties().sweepInForce();
            while (!closed) {
                Duration pause = step() ? wait : AWAY;
                hints.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                hints.drainPermits();
            }
        } catch (IOException gone) {
            left = true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            left = true;
        } catch (RuntimeException failed) {
            // Whoever has left does not care, also where it is because all stops.
            if (!closed) {
                log.error("following conversation {} failed", conversation, failed);
            }
            left = true;
        } finally {
            current.ifPresent(Current::close);
            if (left && !closed) {
                follower.over(Follower.End.LEFT);
            }
        }
    }

    /** False if Redis is away. */
    private boolean step() throws IOException {
        try {
            learn();
            proceed();
            announce();
            return true;
        } catch (RedisUnavailable away) {
            return false;
        }
    }

    private void learn() {
        List<Turn> more = journals.lanes().turns(conversation, newest);
        turns.addAll(more);
        if (!more.isEmpty()) {
            newest = Optional.of(more.getLast());
        }
        after.ifPresent(place -> {
            boolean known = turns.stream().anyMatch(turn -> turn.id().equals(place.id()));
            while (known && !turns.getFirst().id().equals(place.id())) {
                turns.removeFirst();
            }
        });
    }

    /** Goes on to the next message once the current one has been told to its end. */
    private void proceed() throws IOException {
        if (current.isPresent() && current.get().over.isEmpty()) {
            return;
        }
        if (current.filter(one -> one.over.filter(Follower.End.LEFT::equals).isPresent())
                .isPresent()) {
            throw new IOException("the follower has left");
        }
        current = Optional.empty();
        while (!turns.isEmpty() && current.isEmpty()) {
            // Not removed before it is known whether it may be told: Redis may be away.
            MessageId id = turns.getFirst().id();
            boolean told = mayKnowOf(id);
            turns.removeFirst();
            seen.remove(id);
            if (!told) {
                continue;
            }
            Optional<String> from = after.filter(place -> place.id().equals(id)).map(TurnPlace::entry);
            after = Optional.empty();
            Current one = new Current();
            current = Optional.of(one);
            one.follow(id, from);
        }
    }

    private boolean mayKnowOf(MessageId id) {
        return visible.isEmpty()
                || seen.computeIfAbsent(id, unknown -> journals.lanes()
                        .find(id, Watching.NOTHING)
                        .filter(visible.get())
                        .isPresent());
    }

    private void announce() throws IOException {
        List<MessageId> queue = journals.lanes().queue(conversation).entries().stream()
                .map(QueueView.Entry::id)
                .toList();
        Map<MessageId, Integer> waiting = new LinkedHashMap<>();
        for (int i = 1; i < queue.size(); i++) {
            if (mayKnowOf(queue.get(i))) {
                waiting.put(queue.get(i), i + 1);
            }
        }
        seen.keySet().retainAll(queue);
        telling.lock();
        try {
            for (Map.Entry<MessageId, Integer> one : waiting.entrySet()) {
                MessageId id = one.getKey();
                Integer place = one.getValue();
                if (!place.equals(places.put(id, place)) && !closed) {
                    follower.happened(id, List.of(new JournalEntry.Queued("." + ++announced, place)));
                }
            }
        } finally {
            telling.unlock();
        }
    }

    /** The message that is being told. */
    private final class Current implements Follower {
        private volatile Optional<End> over = Optional.empty();
        private volatile Optional<Journals.Following> following = Optional.empty();

        void follow(MessageId id, Optional<String> from) {
            following = Optional.of(journals.follow(id, from, this));
        }

        @Override
        public void happened(MessageId id, List<JournalEntry> entries) throws IOException {
            telling.lock();
            try {
                // Its place was told already.
                boolean told = places.remove(id) != null && entries.getFirst() instanceof JournalEntry.Queued;
                List<JournalEntry> fresh = told ? entries.subList(1, entries.size()) : entries;
                if (!closed && !fresh.isEmpty()) {
                    follower.happened(id, fresh);
                }
            } finally {
                telling.unlock();
            }
        }

        @Override
        public void over(End end) {
            over = Optional.of(end);
            hints.release();
        }

        void close() {
            following.ifPresent(Journals.Following::close);
        }
    }
}
