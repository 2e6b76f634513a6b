package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What may be due for a worker, and how much of it there is room for: where its feeder, its listeners and its entries meet. One lock
 * and one condition; whoever changes what a waiter asks about signals it.
 *
 * <p>Something may be due where a wake token says so, where a claim left something, and everywhere when a sweep is due. With every
 * token lost, the sweep still finds everything.
 */
final class Agenda {

    /** One script takes no more than this, so that Redis serves others in between. */
    private static final int CLAIM_MAX = 128;
    /** How soon a handler that had no room, or passed over groups, is asked again. */
    private static final Duration ASK_AGAIN = Duration.ofMillis(250);

    /** What to claim now. {@code room} 0 only passes tokens on. */
    record Work(List<Integer> partitions, int room, boolean sweep) {

        /** Whether it says that this holder lives, which the first partition remembers. */
        boolean beats() {
            return partitions.contains(0) && (sweep || room == 0);
        }
    }

    private enum Phase {
        NEW,
        OPEN,
        CLOSED
    }

    private final Holder holder;
    private final int places;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below: guarded by lock.
    private Phase phase = Phase.NEW;
    /** Places in use: entries whose handler has not decided yet. */
    private int taken;
    /** Entries in hand: those, and those that are being settled. */
    private int held;
    /** A claim is under way. */
    private boolean claiming;
    /** Partitions whose token this worker holds. */
    private final BitSet tokens = new BitSet();
    /** Partitions in which the last claim left something due. */
    private final BitSet more = new BitSet();
    /** The partition at which the round over those in which more is due goes on. */
    private int turn;
    /** By group, entries that were claimed and whose handler has not begun: it does not know of them yet. */
    private final Map<String, Integer> starting = new HashMap<>();
    /** Groups of which the last claim left nothing that might be taken; more of them may be due. */
    private Set<String> exhausted = Set.of();

    private long sweepAtNanos;
    /** When this holder is to say again that it lives, should no sweep say so before. */
    private long beatAtNanos;

    /** @param places entries held at a time */
    Agenda(Holder holder, int places) {
        this.holder = holder;
        this.places = places;
    }

    /** Begins, with a sweep. False if it had begun already. */
    boolean open() {
        lock.lock();
        try {
            if (phase != Phase.NEW) {
                return false;
            }
            phase = Phase.OPEN;
            sweepAtNanos = nanos();
            beatAtNanos = sweepAtNanos;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is to be taken any more. False if it was not open. */
    boolean close() {
        lock.lock();
        try {
            if (phase != Phase.OPEN) {
                return false;
            }
            phase = Phase.CLOSED;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isOpen() {
        lock.lock();
        try {
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }

    // ---- what the feeder asks

    /** Waits until there is something to claim; empty once closed. For one thread. */
    Optional<Work> next() throws InterruptedException {
        lock.lock();
        try {
            while (phase == Phase.OPEN) {
                int room = Math.min(CLAIM_MAX, room());
                boolean sweep = nanos() >= sweepAtNanos || anyHasRoomAgain();
                if (room > 0 && (sweep || !tokens.isEmpty() || !more.isEmpty())) {
                    return Optional.of(handedOut(work(room, sweep)));
                }
                if (room <= 0 && !tokens.isEmpty()) {
                    return Optional.of(handedOut(work(/* room= */ 0, /* sweep= */ false)));
                }
                if (room <= 0 && nanos() >= beatAtNanos) {
                    // Nothing to take, but a holder that says nothing counts as dead.
                    return Optional.of(handedOut(new Work(List.of(0), /* room= */ 0, /* sweep= */ false)));
                }
                boolean askSoon = room <= 0 && taken < places || !exhausted.isEmpty();
                long waitNanos = (room <= 0 ? beatAtNanos : sweepAtNanos) - nanos();
                changed.awaitNanos(askSoon ? Math.min(waitNanos, ASK_AGAIN.toNanos()) : waitNanos);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. What has left its place counts again if so much of it is not settled that Redis must be slow. */
    private int room() {
        int free = Math.min(places - taken, 2 * places - held);
        int room = holder.handler().room(free);
        // A handler that holds back does not know yet of what has not begun.
        return room < free
                ? room - starting.values().stream().mapToInt(Integer::intValue).sum()
                : room;
    }

    /** Guarded by lock. */
    private boolean anyHasRoomAgain() {
        if (exhausted.isEmpty()) {
            return false;
        }
        GroupRoom groups = groupRoom();
        return exhausted.stream().anyMatch(group -> groups.of(group) > 0);
    }

    /** Guarded by lock. */
    private Work work(int room, boolean sweep) {
        BitSet due = (BitSet) tokens.clone();
        tokens.clear();
        // A claim costs by the partition too: no more of them than there is room for, in turn. The others keep their
        // place here, and a token in Redis for whoever has more room.
        for (int i = more.cardinality(); i > 0 && due.cardinality() < room; i--) {
            turn = more.nextSetBit(turn) < 0 ? more.nextSetBit(0) : more.nextSetBit(turn);
            due.set(turn);
            more.clear(turn);
            turn++;
        }
        // The listener may wait for the next token.
        changed.signalAll();
        return sweep
                ? new Work(holder.lanes().allPartitions(), room, /* sweep= */ true)
                : new Work(due.stream().boxed().toList(), room, /* sweep= */ false);
    }

    /** Guarded by lock. */
    private Work handedOut(Work work) {
        long nextNanos = nanos() + holder.lanes().properties().sweepInForce().toNanos();
        if (work.sweep) {
            sweepAtNanos = nextNanos;
            exhausted = Set.of();
        }
        if (work.beats()) {
            beatAtNanos = nextNanos;
        }
        return work;
    }

    /** How many entries of each group to take, with those counted that were claimed and have not begun. */
    GroupRoom groupRoom() {
        lock.lock();
        try {
            return holder.handler().groupRoom().less(starting);
        } finally {
            lock.unlock();
        }
    }

    /** False, and then there is no claim, if it is to bring entries to a worker that stops. */
    boolean beginClaim(int room) {
        lock.lock();
        try {
            claiming = room <= 0 || phase == Phase.OPEN;
            return claiming;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A claim has brought this.
     *
     * @param room what it was to bring at most
     * @param groups how many of each group it was to bring at most
     */
    void took(ClaimEntries.Taken result, int room, GroupRoom groups) {
        Map<String, Integer> claimed = new HashMap<>();
        result.claims().forEach(claim -> claimed.merge(groupOf(claim), 1, Integer::sum));
        lock.lock();
        try {
            taken += result.claims().size();
            held += result.claims().size();
            claimed.forEach((group, number) -> starting.merge(group, number, Integer::sum));
            exhausted = groups.less(claimed).full();
            if (room > 0) {
                result.more().forEach(more::set);
            }
            result.nextDue().ifPresent(this::sweepWithin);
        } finally {
            lock.unlock();
        }
    }

    void endClaim() {
        lock.lock();
        try {
            claiming = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- what the listeners say and ask

    /** This worker holds the partition's token. */
    void token(int partition) {
        lock.lock();
        try {
            tokens.set(partition);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a token is wanted: one in hand is used or passed on before the next one is taken. False once closed. */
    boolean awaitWant() throws InterruptedException {
        lock.lock();
        try {
            while (phase == Phase.OPEN && (room() <= 0 || !tokens.isEmpty() || !more.isEmpty())) {
                if (room() <= 0 && taken < places) {
                    changed.awaitNanos(ASK_AGAIN.toNanos());
                } else {
                    changed.await();
                }
            }
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }

    // ---- what becomes of an entry

    /** Its handler begins, and knows of it from now on. */
    void began(Claim claim) {
        lock.lock();
        try {
            starting.computeIfPresent(groupOf(claim), (group, number) -> number == 1 ? null : number - 1);
        } finally {
            lock.unlock();
        }
    }

    /** Its handler has decided. */
    void leftPlace() {
        lock.lock();
        try {
            taken--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** It is settled, or given up. */
    void gone() {
        lock.lock();
        try {
            held--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Something will be due. */
    void dueWithin(Duration delay) {
        lock.lock();
        try {
            sweepWithin(delay);
        } finally {
            lock.unlock();
        }
    }

    /** Something may be due, nobody knows where. */
    void sweepNow() {
        lock.lock();
        try {
            sweepAtNanos = nanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. A moment more than asked, so that what is due is due. */
    private void sweepWithin(Duration wait) {
        long at = nanos() + wait.plusMillis(2).toNanos();
        if (at < sweepAtNanos) {
            sweepAtNanos = at;
            changed.signalAll();
        }
    }

    /** Waits until nothing is in hand, and no claim under way that may bring something yet. False if the time was over. */
    boolean awaitIdle(Duration limit) {
        long leftNanos = limit.toNanos();
        lock.lock();
        try {
            while ((held > 0 || claiming) && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            return held == 0 && !claiming;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private String groupOf(Claim claim) {
        return holder.lane().groupOf(claim.lease().queue());
    }

    private long nanos() {
        return holder.ticker().nanos();
    }
}
