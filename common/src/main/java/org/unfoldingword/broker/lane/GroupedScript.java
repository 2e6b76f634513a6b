package org.unfoldingword.broker.lane;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One script, called by many threads: calls that come in while another is under way go out together, in one command (group
 * commit). Under load that is a fraction of the commands and of the work in Redis; a call that comes alone goes at once.
 *
 * <p>Each call keeps its own keys, answer and fault. All keys of the calls made through one of these must lie in one cluster
 * slot, or in one Redis.
 */
final class GroupedScript {

    private static final int CALLS_MAX = 64;
    private static final int BYTES_MAX = 1024 * 1024;
    private static final String FAULT = "!";

    private final Redis redis;
    private final Script script;
    /** One, or on a cluster one a partition: a command's keys must lie in one slot. */
    private final List<Line> lines = new ArrayList<>();

    /** @param script one that was loaded to be grouped */
    GroupedScript(Redis redis, Script script, int partitions) {
        this.redis = redis;
        this.script = script;
        for (int i = 0; i < (redis.clustered() ? partitions : 1); i++) {
            lines.add(new Line());
        }
    }

    /**
     * Runs the script once, with the keys of each list in turn, all of one partition; blocks the calling virtual thread.
     *
     * @throws RedisUnavailable if Redis cannot be asked, after having tried for a while
     */
    Answer run(int partition, List<List<String>> keys, Arguments arguments) {
        Line line = lines.get(partition % lines.size());
        byte[][] values = arguments.toArray();
        return redis.patiently(() -> run(line, new Call(keys, values)));
    }

    private Answer run(Line line, Call call) {
        List<Call> mine = line.join(call) ? List.of(call) : call.awaitTurn();
        if (!mine.isEmpty()) {
            Optional<RedisUnavailable> away = Optional.empty();
            try {
                away = send(mine);
            } finally {
                line.handOn(away);
            }
        }
        return call.answer();
    }

    /** Returns why Redis could not be asked, if so. */
    private Optional<RedisUnavailable> send(List<Call> group) {
        try {
            List<String> keys = new ArrayList<>();
            Arguments arguments = new Arguments();
            IdentityHashMap<List<String>, String> places = new IdentityHashMap<>();
            for (Call call : group) {
                arguments.add(call.arguments.length).add(call.places(keys, places));
                for (byte[] argument : call.arguments) {
                    arguments.add(argument);
                }
            }
            Answer answers = redis.commit(script, keys, arguments);
            for (int i = 0; i < group.size(); i++) {
                group.get(i).end(answers.list(i));
            }
            return Optional.empty();
        } catch (RuntimeException failed) {
            group.forEach(call -> call.end(failed));
            return failed instanceof RedisUnavailable away ? Optional.of(away) : Optional.empty();
        }
    }

    /** Who waits for a command to come back. Safe for threads. */
    private static final class Line {
        private final ReentrantLock lock = new ReentrantLock();
        /** Guarded by lock. */
        private final Deque<Call> waiting = new ArrayDeque<>();
        /** A group is under way, or about to be. Guarded by lock. */
        private boolean busy;

        /** True if nothing is under way: the caller sends its call at once. */
        boolean join(Call call) {
            lock.lock();
            try {
                boolean first = !busy;
                busy = true;
                if (!first) {
                    waiting.add(call);
                }
                return first;
            } finally {
                lock.unlock();
            }
        }

        /**
         * The calls that have come meanwhile are a group; the caller of the first leads it. If Redis is away they have waited for it
         * as well: each is told, and has its own patience. One group after the other would wait for a timeout each.
         */
        void handOn(Optional<RedisUnavailable> away) {
            List<Call> told = List.of();
            List<Call> group = new ArrayList<>();
            lock.lock();
            try {
                if (away.isPresent()) {
                    told = List.copyOf(waiting);
                    waiting.clear();
                }
                long bytes = 0;
                while (!waiting.isEmpty() && group.size() < CALLS_MAX && bytes < BYTES_MAX) {
                    Call call = waiting.removeFirst();
                    group.add(call);
                    bytes += call.bytes();
                }
                busy = !group.isEmpty();
            } finally {
                lock.unlock();
            }
            told.forEach(call -> call.end(away.orElseThrow()));
            if (!group.isEmpty()) {
                group.getFirst().turn.complete(group);
            }
        }
    }

    /** One caller's call. */
    private static final class Call {
        private final List<List<String>> keys;
        private final byte[][] arguments;
        /** Completed with the group to lead, or with nothing once another has led. */
        private final CompletableFuture<List<Call>> turn = new CompletableFuture<>();

        private final CompletableFuture<Answer> ended = new CompletableFuture<>();

        Call(List<List<String>> keys, byte[][] arguments) {
            this.keys = keys;
            this.arguments = arguments;
        }

        long bytes() {
            long bytes = 0;
            for (byte[] argument : arguments) {
                bytes += argument.length;
            }
            return bytes;
        }

        /** Where its keys lie among all; lists that are there already, by identity, are not added again. */
        String places(List<String> all, IdentityHashMap<List<String>, String> places) {
            StringBuilder where = new StringBuilder();
            for (List<String> some : keys) {
                String place = places.get(some);
                if (place == null) {
                    place = (all.size() + 1) + "+" + some.size() + " ";
                    places.put(some, place);
                    all.addAll(some);
                }
                where.append(place);
            }
            return where.toString();
        }

        void end(Answer answer) {
            if (answer.text(0).equals(FAULT)) {
                end(Redis.translated(new RedisCommandExecutionException(answer.text(1))));
                return;
            }
            ended.complete(answer);
            turn.complete(List.of());
        }

        void end(RuntimeException failed) {
            ended.completeExceptionally(failed);
            turn.complete(List.of());
        }

        /** Waits uninterruptibly: an interrupt must not leave a group without its leader. */
        List<Call> awaitTurn() {
            return turn.join();
        }

        Answer answer() {
            try {
                return ended.get();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof RuntimeException known) {
                    throw known;
                }
                throw new IllegalStateException(failed);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RedisUnavailable("interrupted while waiting for Redis", e);
            }
        }
    }
}
