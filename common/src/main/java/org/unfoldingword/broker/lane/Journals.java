package org.unfoldingword.broker.lane;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * Tells followers what happens to messages: from the start or from where they were, through any number of attempts, to the end;
 * while a message runs and for as long as its journal is kept. What has no journal (any more) is told from its record.
 *
 * <p>However many follow a message here, news of it costs one read. A follower has a bounded buffer; one that is slower than the
 * news reads on by itself, at its own pace, and holds up nobody. None has a thread while nothing happens. Safe for threads.
 */
public final class Journals {

    /** Entries read at a time; each is 64 KB at most. */
    static final int PAGE = 128;

    private final Lanes lanes;
    private final Watches watches;
    private final long bufferBytes;
    private final Map<MessageId, JournalTail> tails = new ConcurrentHashMap<>();

    /** @param bufferBytes what may wait for one follower that is busy with what it was told before */
    public Journals(Lanes lanes, Watches watches, long bufferBytes) {
        this.lanes = lanes;
        this.watches = watches;
        this.bufferBytes = bufferBytes;
    }

    /**
     * Follows one message to its end.
     *
     * @param after the id of the entry that was told last; empty, or no such id, tells from the start
     */
    public Following follow(MessageId id, Optional<String> after, Follower follower) {
        MessageFollowing following = new MessageFollowing(this, id, after, follower);
        following.start();
        return following;
    }

    /**
     * Follows a conversation without end: its messages one after the other, and meanwhile the places of those that wait.
     *
     * @param after the message and the entry that were told last; empty tells from the oldest message that waits or runs, or that
     *     was accepted since somebody began to follow
     * @param visible what of it the follower may know of; empty: all
     */
    public Following follow(
            Conversation conversation,
            Optional<TurnPlace> after,
            Optional<Predicate<Found>> visible,
            Follower follower) {
        ConversationFollowing following = new ConversationFollowing(this, conversation, after, visible, follower);
        following.start();
        return following;
    }

    /** Messages that are followed here now. */
    int followed() {
        return tails.size();
    }

    Lanes lanes() {
        return lanes;
    }

    Watches watches() {
        return watches;
    }

    long bufferBytes() {
        return bufferBytes;
    }

    /** The message's tail; every call is followed by one {@link #letGo}. */
    JournalTail hold(MessageId id) {
        return tails.compute(id, (same, known) -> {
            JournalTail tail = known == null ? new JournalTail(id, lanes, watches) : known;
            tail.users++;
            return tail;
        });
    }

    void letGo(JournalTail held) {
        tails.computeIfPresent(held.id(), (same, tail) -> {
            if (--tail.users > 0) {
                return tail;
            }
            tail.close();
            return null;
        });
    }

    /** A follower's place; closing it ends the following. */
    public interface Following extends AutoCloseable {
        @Override
        void close();
    }
}
