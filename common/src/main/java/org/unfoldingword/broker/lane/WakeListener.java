package org.unfoldingword.broker.lane;

import io.lettuce.core.KeyValue;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for one wake token: on one Redis a single blocking call for all partitions, on a cluster one listener each. Its thread
 * waits in {@code before} until tokens are wanted, so that a busy process leaves them to others.
 */
final class WakeListener {

    /** One call a minute when nothing happens. */
    static final Duration BLOCK = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(WakeListener.class);

    /** Blocks while no token is wanted, and a while after errors; false ends the listener. */
    interface Gate {
        boolean await(int errorsInARow) throws InterruptedException;
    }

    private final Redis redis;
    private final Keyspace keyspace;
    private final Lane lane;
    private final List<Integer> partitions;
    private final Gate gate;
    private final IntConsumer onToken;
    private final Thread thread;
    private volatile boolean closed;

    WakeListener(Holder holder, List<Integer> partitions, Gate gate, IntConsumer onToken) {
        this.redis = holder.lanes().redis();
        this.keyspace = holder.lanes().keyspace();
        this.lane = holder.lane();
        this.partitions = new ArrayList<>(partitions);
        this.gate = gate;
        this.onToken = onToken;
        this.thread = Thread.ofVirtual()
                .name(lane.word() + "-wake-" + partitions.getFirst())
                .unstarted(this::listen);
    }

    void start() {
        thread.start();
    }

    /** Stops waiting; a token that arrives at this moment is found by another's sweep. */
    void close() {
        closed = true;
        thread.interrupt();
    }

    private void listen() {
        @Nullable StatefulConnection<String, byte[]> connection = null;
        int errorsInARow = 0;
        try {
            while (!closed && gate.await(errorsInARow)) {
                try {
                    if (connection == null || !connection.isOpen()) {
                        connection = redis.connect();
                    }
                    await(connection);
                    errorsInARow = 0;
                } catch (RuntimeException away) {
                    errorsInARow++;
                    if (!closed) {
                        log.debug("{} lane: no wake tokens for now ({})", lane.word(), Redis.reason(away));
                    }
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } finally {
            if (connection != null) {
                connection.close();
            }
        }
    }

    private void await(StatefulConnection<String, byte[]> connection) {
        // BLPOP serves its keys in order, so each call starts at another one.
        Collections.rotate(partitions, 1);
        String[] keys = partitions.stream()
                .map(partition -> keyspace.wake(lane, partition))
                .toArray(String[]::new);
        redis.countCommand();
        @Nullable KeyValue<String, byte[]> token =
                Redis.await(Redis.commandsOf(connection).blpop(BLOCK.toSeconds(), keys));
        if (token != null && token.hasValue()) {
            for (int partition : partitions) {
                if (keyspace.wake(lane, partition).equals(token.getKey())) {
                    onToken.accept(partition);
                }
            }
        }
    }
}
