package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/**
 * What both lanes ought to be, in memory. Each move changes it as the engine ought to change its keys, and returns what the engine
 * ought to answer. Knows no Redis; its clock stands still but for {@link #jump}. Not for threads.
 */
final class LaneModel {

    /** Where a queue stands in the index. */
    enum Place {
        /** It has no entries. */
        NOWHERE,
        /** In its group's line. */
        READY,
        /** Held, or waiting for its next attempt. */
        LATER,
        /** Due, and paused. */
        PARKED
    }

    /** Who sends messages, and may ask to be forgotten. */
    record User(String org, String name) {

        Conversation conversation() {
            return Conversation.ofUser(org, name);
        }

        @Override
        public String toString() {
            return name + " of " + org;
        }
    }

    /** Whose message it is, and where it goes: to the user's own conversation, or to a group. */
    record Origin(User user, Conversation conversation) {
        @Override
        public String toString() {
            return conversation.equals(user.conversation()) ? conversation.name() : user + " in " + conversation.name();
        }
    }

    /**
     * What a client may wish.
     *
     * @param large its body lies in chunks
     * @param expiresIn how long it may wait until somebody begins with it; negative if that was over when it came
     */
    record Wish(boolean callback, boolean large, Optional<Duration> expiresIn, Watching watching) {}

    /** An answer in chunks. */
    enum LongAnswer {
        NONE,
        /** By one who was killed before it had settled. */
        LAID,
        SETTLED
    }

    static final class Message {
        final String name;
        final MessageId id;
        final Origin origin;
        final Wish wish;
        MessageState state = MessageState.QUEUED;
        boolean cancelAsked;
        /** Its time was over before the worker can have begun with it: it is not to run. */
        boolean late;
        /** What the worker answered. */
        Optional<String> answer = Optional.empty();

        LongAnswer longAnswer = LongAnswer.NONE;
        /** Up to where its deliverer has told of it. */
        Optional<String> bookmark = Optional.empty();

        private final long acceptedAt;
        /** Somebody has taken it who did not give it back. */
        private boolean begun;

        private boolean lateWhenBegun;

        private boolean redriven;
        /** Its callback was enqueued; again only after a redrive. */
        private boolean announced;

        private final Map<Lane, Counts> counts = Map.of(Lane.MESSAGES, new Counts(), Lane.CALLBACKS, new Counts());

        private Message(String name, MessageId id, Origin origin, Wish wish, long acceptedAt) {
            this.name = name;
            this.id = id;
            this.origin = origin;
            this.wish = wish;
            this.acceptedAt = acceptedAt;
        }

        Counts counts(Lane lane) {
            return counts.get(lane);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What was tried of a message in one lane since it came into it. */
    static final class Counts {
        int attempts;
        int lapses;
        /** Attempts that the worker may have begun with, and that failed. */
        private int failures;

        private void clear() {
            attempts = 0;
            lapses = 0;
            failures = 0;
        }
    }

    /** A message's place in a stream; moved or redriven, it gets another. */
    private record Entry(Message message, int number) {}

    static final class Queue {
        final Lane lane;
        final String name;
        final Conversation conversation;
        final String group;
        Place place = Place.NOWHERE;
        /** The lease's token, also once the lease has run out, until another takes the head or it is settled. */
        Optional<String> token = Optional.empty();
        /** Times that the head was handed out. */
        int deliveries;

        private final List<Entry> entries = new ArrayList<>();
        private long dueAt;
        /** The newest entry taken since a dead letter. */
        private Optional<Entry> ran = Optional.empty();

        private Queue(Lane lane, String name, Conversation conversation, String group) {
            this.lane = lane;
            this.name = name;
            this.conversation = conversation;
            this.group = group;
        }

        Message head() {
            return entries.getFirst().message;
        }

        boolean isEmpty() {
            return entries.isEmpty();
        }

        List<Message> messages() {
            return entries.stream().map(Entry::message).toList();
        }

        private boolean has(Message message) {
            return entries.stream().anyMatch(entry -> entry.message == message);
        }

        @Override
        public String toString() {
            return lane == Lane.MESSAGES ? conversation.name() : "callbacks of " + conversation.name();
        }
    }

    /** Chunks of a body that lie there for good, and those that expire. */
    record Pieces(int kept, int expiring) {

        static Pieces of(int chunks, boolean kept) {
            return kept ? new Pieces(chunks, 0) : new Pieces(0, chunks);
        }
    }

    /** What the erasure of a user takes away. */
    record Forgotten(List<Message> ended, List<Message> waiting, List<Message> running) {

        List<Message> all() {
            return Stream.of(ended, waiting, running).flatMap(List::stream).toList();
        }
    }

    private final int limit;
    private final int chunks;
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<Lane, Map<Message, Entry>> dead =
            Map.of(Lane.MESSAGES, new LinkedHashMap<>(), Lane.CALLBACKS, new LinkedHashMap<>());
    private final Set<Scope> paused = new LinkedHashSet<>();
    private final Map<String, Long> totals = new LinkedHashMap<>();
    /** Queues that came due since the last look; each must have left a wake token. */
    private final Set<Queue> woken = new LinkedHashSet<>();

    private long nowMillis;
    private int entryNumber;

    /**
     * @param limit waiting messages per conversation
     * @param chunks of a large body, and of a long answer
     */
    LaneModel(List<Conversation> conversations, String endpoint, int limit, int chunks) {
        this.limit = limit;
        this.chunks = chunks;
        for (Conversation conversation : conversations) {
            String name = conversation.name();
            queues.put(name, new Queue(Lane.MESSAGES, name, conversation, conversation.org()));
            String group = Conversation.escape(endpoint);
            String callbacks = name + ":" + group;
            queues.put(callbacks, new Queue(Lane.CALLBACKS, callbacks, conversation, group));
        }
    }

    // ---- what there is

    Collection<Queue> queues() {
        return queues.values();
    }

    List<Queue> queues(Lane lane) {
        return queues.values().stream().filter(queue -> queue.lane == lane).toList();
    }

    Queue queue(String name) {
        return queues.get(name);
    }

    List<Message> messages() {
        return messages;
    }

    List<Message> dead(Lane lane) {
        return List.copyOf(dead.get(lane).keySet());
    }

    /** Counters as {@code totals} has them; those that are 0 are not there. */
    Map<String, Long> totals() {
        return totals;
    }

    Set<Scope> paused() {
        return paused;
    }

    /** True if a claim may take it. */
    boolean claimable(Queue queue) {
        return queue.place == Place.READY
                && (queue.lane == Lane.CALLBACKS
                        || !paused.contains(new Scope.All()) && !paused.contains(new Scope.Org(queue.group)));
    }

    /** How long it may still wait; negative if that is over. */
    Optional<Duration> timeLeft(Message message) {
        return message.wish.expiresIn().map(wait -> wait.minusMillis(nowMillis - message.acceptedAt));
    }

    /** The chunks that lie there, as {@code <id>:request} and {@code <id>:reply}. */
    Map<String, Pieces> chunks() {
        Map<String, Pieces> lie = new LinkedHashMap<>();
        for (Message message : messages) {
            boolean waits = queueOf(Lane.MESSAGES, message).has(message);
            if (message.wish.large && (waits || dead.get(Lane.MESSAGES).containsKey(message))) {
                lie.put(message.id + ":request", Pieces.of(chunks, waits));
            }
            if (message.longAnswer != LongAnswer.NONE) {
                boolean needed = message.longAnswer == LongAnswer.SETTLED && calledBack(message);
                lie.put(message.id + ":reply", Pieces.of(chunks, needed));
            }
        }
        return lie;
    }

    /** Whether its record stays for good, for now. */
    boolean kept(Message message) {
        return !message.state.ended() || calledBack(message);
    }

    private boolean calledBack(Message message) {
        return queueOf(Lane.CALLBACKS, message).has(message);
    }

    /** The queues that must have left a wake token since this was asked last. */
    Set<Queue> takeWoken() {
        Set<Queue> taken = Set.copyOf(woken);
        woken.clear();
        return taken;
    }

    // ---- what happens

    /** A message that comes now. */
    Message message(String name, MessageId id, Origin origin, Wish wish) {
        return new Message(name, id, origin, wish, nowMillis);
    }

    Appended append(Message message) {
        Queue queue = queueOf(Lane.MESSAGES, message);
        int waiting = queue.entries.size() - (queue.token.isPresent() ? 1 : 0);
        if (waiting >= limit) {
            return new Appended.Full(waiting);
        }
        messages.add(message);
        count("accepted");
        add(queue, message);
        return new Appended.Accepted(queue.entries.size());
    }

    /** What has come due is due: each claim begins with that. */
    void lookAtTheClock(Lane lane) {
        for (Queue queue : queues(lane)) {
            if (queue.place == Place.LATER && queue.dueAt <= nowMillis) {
                makeReady(queue);
            }
        }
    }

    void claimed(Queue queue, String token, Duration lease) {
        Message message = queue.head();
        Counts counts = message.counts(queue.lane);
        counts.attempts++;
        counts.lapses += queue.token.isPresent() ? 1 : 0;
        if (queue.lane == Lane.MESSAGES) {
            boolean lateNow =
                    timeLeft(message).filter(left -> !left.isPositive()).isPresent();
            message.lateWhenBegun = message.begun ? message.lateWhenBegun : lateNow;
            message.begun = true;
            boolean mayHaveRun = counts.failures > 0 || counts.lapses > 0;
            message.late = !message.redriven && (mayHaveRun ? message.lateWhenBegun : lateNow);
        }
        queue.deliveries++;
        queue.token = Optional.of(token);
        queue.ran = queue.ran.map(any -> queue.entries.getFirst());
        postpone(queue, lease);
    }

    /** There is more to take for whoever comes next. */
    void leftOver(Lane lane) {
        queues(lane).stream().filter(this::claimable).forEach(woken::add);
    }

    void postpone(Queue queue, Duration delay) {
        queue.place = Place.LATER;
        queue.dueAt = nowMillis + delay.toMillis();
    }

    /** The lease's end has come, or the time of the next attempt. */
    void comeDue(Queue queue) {
        queue.dueAt = Long.MIN_VALUE;
    }

    void jump(Duration by) {
        nowMillis += by.toMillis();
    }

    void announce(Message message) {
        if (message.wish.callback && !message.announced) {
            message.announced = true;
            count("callbacks");
            add(queueOf(Lane.CALLBACKS, message), message);
        }
    }

    void settle(Queue queue, Verdict verdict) {
        Message message = queue.head();
        queue.token = Optional.empty();
        switch (verdict) {
            case Verdict.Answered answered -> {
                message.answer = Optional.of(new String(answered.response(), UTF_8));
                end(queue, message, MessageState.COMPLETED);
            }
            case Verdict.Ended ended -> end(queue, message, ended.state());
            case Verdict.Delivered delivered -> {
                count("delivered");
                remove(queue, message);
            }
            case Verdict.Undeliverable undeliverable -> {
                count("undelivered");
                die(queue, message);
                remove(queue, message);
            }
            case Verdict.Later later -> {
                message.counts(queue.lane).failures += later.counted() ? 1 : 0;
                keep(queue, later.delay());
            }
            case Verdict.Back back -> {
                Counts counts = message.counts(queue.lane);
                counts.attempts--;
                if (queue.lane == Lane.MESSAGES && counts.attempts == 0) {
                    message.begun = false;
                }
                keep(queue, back.delay());
            }
        }
    }

    Cancelled cancel(Message message) {
        Queue queue = queueOf(Lane.MESSAGES, message);
        if (!queue.has(message)) {
            return Cancelled.ENDED;
        }
        if (queue.head() == message && queue.token.isPresent()) {
            message.cancelAsked = true;
            return Cancelled.ASKED;
        }
        end(queue, message, MessageState.CANCELLED);
        return Cancelled.REMOVED;
    }

    /** Whether it was not paused before. */
    boolean pause(Scope scope) {
        if (scope instanceof Scope.One one && queue(one.conversation().name()).place == Place.READY) {
            queue(one.conversation().name()).place = Place.PARKED;
        }
        return paused.add(scope);
    }

    /** Whether it was paused before. */
    boolean resume(Scope scope) {
        boolean was = paused.remove(scope);
        switch (scope) {
            case Scope.One one -> {
                Queue queue = queue(one.conversation().name());
                if (queue.place == Place.PARKED) {
                    makeReady(queue);
                    woken.add(queue);
                }
            }
            case Scope.Org org ->
                queues(Lane.MESSAGES).stream()
                        .filter(queue -> queue.group.equals(org.org()) && claimable(queue))
                        .forEach(woken::add);
            case Scope.All all -> leftOver(Lane.MESSAGES);
        }
        return was;
    }

    Redrive redrive(Lane lane, Message message, Redrive.Position position) {
        Queue queue = queueOf(lane, message);
        Queue callbacks = queueOf(Lane.CALLBACKS, message);
        Entry died = dead.get(lane).get(message);
        if (position == Redrive.Position.UNLESS_NEWER
                && queue.ran.filter(ran -> !ran.equals(died)).isPresent()) {
            return new Redrive.Overtaken();
        }
        if (lane == Lane.MESSAGES && callbacks.token.isPresent() && callbacks.head() == message) {
            return new Redrive.Busy();
        }
        dead.get(lane).remove(message);
        message.counts(lane).clear();
        if (lane == Lane.MESSAGES) {
            count("redriven");
            message.state = MessageState.QUEUED;
            message.cancelAsked = false;
            message.redriven = true;
            takeCallbackBack(callbacks, message);
        } else {
            count("callback_redriven");
        }
        int place =
                switch (position) {
                    case TAIL -> queue.entries.size();
                    case HEAD, UNLESS_NEWER -> queue.deliveries > 0 ? 1 : 0;
                };
        queue.entries.add(place, new Entry(message, entryNumber++));
        // Streams only grow at their end: what it was put in front of has been added again.
        for (int i = place + 1; i < queue.entries.size(); i++) {
            queue.entries.set(i, new Entry(queue.entries.get(i).message, entryNumber++));
        }
        if (queue.entries.size() == 1) {
            makeReady(queue);
            woken.add(queue);
        }
        return new Redrive.Placed(place + 1);
    }

    void drop(Lane lane, Message message) {
        dead.get(lane).remove(message);
    }

    /** Takes away all that is kept of a user. */
    Forgotten erase(User user) {
        Forgotten forgotten = new Forgotten(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Message message : List.copyOf(messages)) {
            if (message.origin.user.equals(user)) {
                erase(message, forgotten);
            }
        }
        queues().stream()
                .filter(queue -> queue.conversation.equals(user.conversation()))
                .forEach(queue -> queue.ran = Optional.empty());
        resume(new Scope.One(user.conversation()));
        woken.removeIf(Queue::isEmpty);
        return forgotten;
    }

    private void erase(Message message, Forgotten forgotten) {
        Queue queue = queueOf(Lane.MESSAGES, message);
        if (!queue.has(message)) {
            forgotten.ended.add(message);
        } else {
            boolean runs = queue.head() == message && queue.token.isPresent();
            (runs ? forgotten.running : forgotten.waiting).add(message);
            count(MessageState.CANCELLED.toString());
            remove(queue, message);
        }
        takeCallbackBack(queueOf(Lane.CALLBACKS, message), message);
        dead.values().forEach(letters -> letters.remove(message));
        messages.remove(message);
    }

    // ---- the moves beneath

    private Queue queueOf(Lane lane, Message message) {
        return queues(lane).stream()
                .filter(queue -> queue.conversation.equals(message.origin.conversation))
                .findFirst()
                .orElseThrow();
    }

    private void add(Queue queue, Message message) {
        queue.entries.add(new Entry(message, entryNumber++));
        if (queue.entries.size() == 1) {
            makeReady(queue);
            woken.add(queue);
        }
    }

    private void makeReady(Queue queue) {
        boolean parked = queue.lane == Lane.MESSAGES && paused.contains(new Scope.One(queue.conversation));
        queue.place = parked ? Place.PARKED : Place.READY;
    }

    private void keep(Queue queue, Duration delay) {
        boolean now = delay.isZero() || queue.lane == Lane.MESSAGES && queue.head().cancelAsked;
        if (now) {
            makeReady(queue);
            woken.add(queue);
        } else {
            postpone(queue, delay);
        }
    }

    private void end(Queue queue, Message message, MessageState state) {
        message.state = state;
        count(state.toString());
        if (state == MessageState.FAILED) {
            die(queue, message);
        }
        announce(message);
        remove(queue, message);
    }

    private void die(Queue queue, Message message) {
        dead.get(queue.lane).put(message, queue.entries.getFirst());
        queue.ran = Optional.of(queue.entries.getFirst());
    }

    private void remove(Queue queue, Message message) {
        boolean first = queue.head() == message;
        queue.entries.removeIf(entry -> entry.message == message);
        if (first) {
            queue.token = Optional.empty();
            queue.deliveries = 0;
            if (queue.entries.isEmpty()) {
                queue.place = Place.NOWHERE;
            } else {
                makeReady(queue);
                woken.add(queue);
            }
        }
    }

    private void takeCallbackBack(Queue callbacks, Message message) {
        message.announced = false;
        message.bookmark = Optional.empty();
        message.counts(Lane.CALLBACKS).clear();
        dead.get(Lane.CALLBACKS).remove(message);
        if (callbacks.has(message)) {
            count("withdrawn");
            remove(callbacks, message);
        }
    }

    private void count(String counter) {
        totals.merge(counter, 1L, Long::sum);
    }
}
