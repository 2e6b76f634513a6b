package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/**
 * All key text of the broker. {@code {pNN}} is the hash tag of a partition, so all keys of one conversation share a cluster
 * slot. Times in keys' values are ms since the epoch by Redis's clock. Kept in step with {@code docs/keyspace.md}.
 */
final class Keyspace {

    /** The keys that belong to no partition. */
    static final Set<String> SINGLE = Set.of(partitionCount(), actions());

    private static final Pattern TAGGED = Pattern.compile("broker:\\{p(\\d{2,4})}:");

    private final int partitions;
    private final List<List<String>> messages = new ArrayList<>();
    private final List<List<String>> callbacks = new ArrayList<>();

    Keyspace(int partitions) {
        this.partitions = partitions;
        for (int p = 0; p < partitions; p++) {
            messages.add(blockOf(Lane.MESSAGES, p));
            callbacks.add(blockOf(Lane.CALLBACKS, p));
        }
    }

    int partitions() {
        return partitions;
    }

    List<Integer> all() {
        return IntStream.range(0, partitions).boxed().toList();
    }

    int partition(Conversation conversation) {
        return conversation.partition(partitions);
    }

    /** False for an id of data that was written with more partitions. */
    boolean holds(MessageId id) {
        return id.partition() < partitions;
    }

    /** STRING: the number of partitions, written by the first process and checked by all others. No TTL. */
    static String partitionCount() {
        return "broker:partitions";
    }

    /** The keys of one lane in one partition, in the order that {@code engine.lua} names them. */
    List<String> block(Lane lane, int partition) {
        return (lane == Lane.MESSAGES ? messages : callbacks).get(partition);
    }

    /** Likewise in each of some partitions, one block after the other. */
    List<String> blocks(Lane lane, List<Integer> some) {
        return some.stream()
                .flatMap(partition -> block(lane, partition).stream())
                .toList();
    }

    /** Likewise of both lanes in one partition, that lane's first. */
    List<String> both(Lane first, int partition) {
        List<String> keys = new ArrayList<>(block(first, partition));
        keys.addAll(block(first.other(), partition));
        return keys;
    }

    /** The callbacks lane's queue for the result of a message in that conversation; empty if it wants none. */
    static String callbackQueue(String conversation, Envelope envelope) {
        return envelope.callbackEndpoint()
                .map(endpoint -> conversation + ":" + Conversation.escape(endpoint))
                .orElse("");
    }

    /** LIST of at most one wake token. Pushed by whatever makes a queue due, popped by {@link WakeListener}. No TTL. */
    String wake(Lane lane, int partition) {
        return prefix(partition) + "wake:" + lane.word();
    }

    /** HASH: one message. Written by the scripts; expires after its end by the retention. */
    String record(MessageId id) {
        return prefix(id.partition()) + "message:" + id;
    }

    /**
     * STREAM: one message's journal, fields {@code event} and {@code data}; only of messages that somebody streams. Written by
     * the scripts; expires after the end.
     */
    String events(MessageId id) {
        return prefix(id.partition()) + "events:" + id;
    }

    /** STRING: one chunk of a large body, counted from 0. Expires unless its message was accepted; gone with its end. */
    String requestChunk(MessageId id, int index) {
        return bodyPrefix(id.partition()) + id + ":request:" + index;
    }

    /** STRING: one chunk of a large reply, counted from 0. Expires unless it was settled; lives as long as the record. */
    String replyChunk(MessageId id, int index) {
        return bodyPrefix(id.partition()) + id + ":reply:" + index;
    }

    /** STRING {@code <id> <fingerprint>}: an idempotency key of the conversation, as a digest; expires after the window. */
    String seen(Conversation conversation, String digest) {
        return prefix(partition(conversation)) + "seen:" + conversation.name() + ":" + digest;
    }

    /** STREAM of what operators did, trimmed to some thousands; see {@link ActionLog}. No TTL. */
    static String actions() {
        return "broker:actions";
    }

    /** What all keys of a partition begin with. */
    static String prefix(int partition) {
        // Every key of every call begins so: no format is parsed for it.
        return "broker:{p" + (partition < 10 ? "0" : "") + partition + "}:";
    }

    /** The partition that a key names; empty for a key without one. */
    static OptionalInt partitionOf(String key) {
        Matcher tagged = TAGGED.matcher(key);
        return tagged.lookingAt() ? OptionalInt.of(Integer.parseInt(tagged.group(1))) : OptionalInt.empty();
    }

    /** The pub/sub channel of a partition for those who watch, text {@code <message id or queue name> <word>}. */
    String signals(int partition) {
        return prefix(partition) + "signals";
    }

    /** The pub/sub channel of a partition for the holders of its messages, text {@code <id> cancel|watch}. */
    String orders(int partition) {
        return prefix(partition) + "orders";
    }

    private List<String> blockOf(Lane lane, int partition) {
        String root = prefix(partition);
        String word = lane.word();
        return List.of(
                // STREAM prefix + queue name; fields id, and for messages envelope and body or chunks. Gone when empty.
                root + word + ":",
                // ZSET queue name -> ms at which it is due: the lease's end, or the next attempt.
                root + "later:" + word,
                // ZSET group -> microseconds at which it was served last; only groups with something due.
                root + "ready:" + word,
                // ZSET prefix + group: queue name -> ms since when it is due.
                root + "ready:" + word + ":",
                // HASH queue name -> fencing token of the lease.
                root + "held:" + word,
                wake(lane, partition),
                // HASH holder -> "<ms until which it counts as alive> <state>".
                root + "holders:" + word,
                // ZSET message id -> ms at which it was dead-lettered; trimmed by the dead letters' retention.
                root + "dead:" + word,
                root + "message:",
                root + "events:",
                bodyPrefix(partition),
                // STRING prefix + queue name: a call whose end was not seen may still be running; expires.
                root + "doubt:" + word + ":",
                // HASH: counters accepted, redriven, completed, failed, cancelled, expired, callbacks,
                // callback_redriven,
                // delivered, undelivered, withdrawn; token, the last fencing token; duration, smoothed ms of a message.
                root + "totals",
                signals(partition),
                // HASH queue name, '@' + group or '*' -> "<ms since when it is paused> <who> <why>". Gone when empty.
                root + "paused:" + word,
                // ZSET queue name -> ms since when its oldest entry is the oldest: all queues with entries.
                root + "heads:" + word,
                // STRING prefix + queue name: id of the newest entry taken since a dead letter; expires with it.
                root + "ran:" + word + ":",
                orders(partition),
                // STREAM prefix + queue name; field id: messages of a conversation that is watched as a whole; expires.
                root + "turns:",
                // STRING prefix + queue name: the places of its waiting messages are watched; expires.
                root + "awaited:",
                // HASH org -> entries in its queues, of those that have any; only of the messages lane.
                root + "queued:" + word);
    }

    private String bodyPrefix(int partition) {
        return prefix(partition) + "body:";
    }
}
