package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.web.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.SmartLifecycle;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.MessageId;

/**
 * Requests that wait for their message to end. A held one is a watch, a deadline and its client's connection: it has no thread,
 * no connection of Redis and nothing of its body. Safe for threads.
 */
final class HeldRequests implements SmartLifecycle {

    /** Records read at a time: when many messages end at once, their answers do not all come into memory at once. */
    private static final int READS_MAX = 64;

    private final Lanes lanes;
    private final Watches watches;
    private final ScheduledExecutorService deadlines;
    private final Duration stopWait;
    private final Semaphore reads = new Semaphore(READS_MAX);
    private final Set<Hold> all = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    /**
     * @param deadlines short actions only: one thread will do
     * @param stopWait how long a process that stops still waits for messages to end
     */
    HeldRequests(Lanes lanes, Watches watches, ScheduledExecutorService deadlines, Duration stopWait) {
        this.lanes = lanes;
        this.watches = watches;
        this.deadlines = deadlines;
        this.stopWait = stopWait;
    }

    /** Begins to watch a message, which need not be accepted yet; nothing that it signals from now on is missed. */
    Hold begin(MessageId id) {
        return new Hold(id);
    }

    @Override
    public void start() {
        running = true;
    }

    /** After the wait, whatever is still held is answered as it is. The HTTP server stops when all are answered. */
    @Override
    public void stop() {
        running = false;
        Future<?> unused =
                deadlines.schedule(() -> all.forEach(Hold::timeOver), stopWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** With the HTTP server. */
    @Override
    public int getPhase() {
        return WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** One held request. Closing it lets it go without an answer. */
    final class Hold implements AutoCloseable {
        private final MessageId id;
        private final CompletableFuture<Optional<Found>> seen = new CompletableFuture<>();
        private final AtomicInteger hints = new AtomicInteger();
        private final Watches.Watch watch;
        /** Before that, a message that is not there is one that is not there yet. */
        private volatile boolean accepted;

        private volatile boolean over;

        private Hold(MessageId id) {
            this.id = id;
            this.watch = watches.on(id, this::hint);
            all.add(this);
        }

        /**
         * The message once it has ended, or as it is when the time is over; empty if there is none. Fails only if Redis is away
         * at the end of the time. Whoever does not know that the message waits looks at it first.
         */
        CompletableFuture<Optional<Found>> within(Duration limit) {
            accepted = true;
            Future<?> deadline = deadlines.schedule(this::timeOver, limit.toMillis(), TimeUnit.MILLISECONDS);
            return seen.whenComplete((found, failure) -> {
                deadline.cancel(false);
                letGo();
            });
        }

        /** Reads the message now, on a thread of its own, and answers if it has ended. */
        Hold looking() {
            accepted = true;
            hint();
            return this;
        }

        @Override
        public void close() {
            letGo();
            seen.cancel(false);
        }

        private void letGo() {
            watch.close();
            all.remove(this);
        }

        private void timeOver() {
            over = true;
            hint();
        }

        /** Its message may have moved. */
        void hint() {
            if (hints.getAndIncrement() == 0) {
                Thread.ofVirtual().name("held-" + id).start(this::look);
            }
        }

        /** Until no hint came while it read. */
        private void look() {
            int known;
            do {
                known = hints.get();
                boolean last = over;
                boolean gone = accepted;
                try {
                    Optional<Found> found = read();
                    if (last || found.map(f -> f.record().state().ended()).orElse(gone)) {
                        seen.complete(found);
                    }
                } catch (RuntimeException failed) {
                    // Before that, the watches' re-check hints again.
                    if (last) {
                        seen.completeExceptionally(failed);
                    }
                }
            } while (!seen.isDone() && !hints.compareAndSet(known, 0));
        }

        private Optional<Found> read() {
            reads.acquireUninterruptibly();
            try {
                return lanes.find(id, Watching.END);
            } finally {
                reads.release();
            }
        }
    }
}
