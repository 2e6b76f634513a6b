package org.unfoldingword.broker.lane;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.WorkerCallback;
import org.unfoldingword.broker.telemetry.LogFields;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Works on one lane: claims what is due while there is room, hands each entry to the handler on a virtual thread of its own,
 * keeps its lease meanwhile, and settles what the handler decided.
 *
 * <p>Two loops and two listeners. The <em>feeder</em> is the only one that claims: when a wake token or a sweep says that something
 * may be due, and a place is free. The <em>keeper</em> extends all leases at a third of their length. The {@link WakeListener}
 * waits for tokens, but only while a place is free. With every token lost, the sweep still finds everything. {@link Orders} tell at
 * once what the keeper would hear of with the next extension: a message is to be cancelled, or somebody watches it.
 *
 * <p>On a cluster, a master that is away holds up nobody but its own: its slots are left out until they answer again, and the leases
 * of each slot are extended by themselves. An error of Redis pauses the loop that met it, with growing waits; an unexpected error of
 * a handler ends only its entry.
 */
public final class LaneWorker {

    private static final Logger log = LoggerFactory.getLogger(LaneWorker.class);

    /** One script takes no more than this, so that Redis serves others in between. */
    private static final int CLAIM_MAX = 128;
    /** One script extends no more than this. */
    private static final int EXTEND_MAX = 256;
    /** How soon a handler that had no room, or passed over groups, is asked again. */
    private static final Duration ASK_AGAIN = Duration.ofMillis(250);

    /** So many errors in a row are no passing thing. */
    private static final int ERRORS_UNHEALTHY = 3;

    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    /** After the grace time, handlers that were told to stop get this long to say so. */
    static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private enum Phase {
        NEW,
        RUNNING,
        STOPPING,
        STOPPED
    }

    private final Lanes lanes;
    private final Lane lane;
    private final String holder;
    private final int places;
    private final LaneHandler handler;
    private final Ticker ticker;
    private final MeterRegistry meters;
    private final Counter leasesLost;
    private final Counter faults;
    private final Map<String, Held> active = new ConcurrentHashMap<>();
    /** Slots whose leases are being extended. */
    private final Set<List<Integer>> extending = ConcurrentHashMap.newKeySet();

    private final List<WakeListener> listeners = new ArrayList<>();
    private volatile Optional<Orders> orders = Optional.empty();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below: guarded by lock.
    private Phase phase = Phase.NEW;
    /** Places in use: entries whose handler has not decided yet. */
    private int taken;
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

    private int errorsInARow;
    /** Slots that are not claimed from until they answer again, and how often they did not when they were asked. */
    private final Map<List<Integer>, Integer> away = new HashMap<>();
    /** A claim is under way, so an order may be about what it will bring. */
    private boolean claiming;

    private final List<Orders.Order> early = new ArrayList<>();

    /**
     * @param holder this process's name, unique among those that live: the consumer in XPENDING
     * @param places entries held at a time
     */
    public LaneWorker(
            Lanes lanes,
            Lane lane,
            String holder,
            int places,
            LaneHandler handler,
            Ticker ticker,
            MeterRegistry meters) {
        this.lanes = lanes;
        this.lane = lane;
        this.holder = holder;
        this.places = places;
        this.handler = handler;
        this.ticker = ticker;
        this.meters = meters;
        // From the start, or whoever looks for their growth would not see the first of them.
        this.leasesLost = Meters.LEASES_LOST.counter(meters, "lane", lane.word());
        this.faults = Meters.FAULTS.counter(meters, "lane", lane.word());
        Meters.RUNNING.gauge(meters, active::size, "lane", lane.word());
        Meters.HEALTHY.gauge(meters, () -> healthy() ? 1 : 0, "lane", lane.word());
    }

    /** Returns when the loops run. */
    public void start() {
        lock.lock();
        try {
            if (phase != Phase.NEW) {
                return;
            }
            phase = Phase.RUNNING;
            sweepAtNanos = ticker.nanos();
            beatAtNanos = sweepAtNanos;
        } finally {
            lock.unlock();
        }
        for (List<Integer> slot : lanes.slots(lanes.allPartitions())) {
            listeners.add(
                    new WakeListener(lanes.redis(), lanes.keyspace(), lane, slot, this::awaitRoom, this::onToken));
        }
        listeners.forEach(WakeListener::start);
        if (lane == Lane.MESSAGES) {
            orders = Optional.of(Orders.listen(lanes, this::onOrder));
        }
        Thread.ofVirtual().name(lane.word() + "-feeder").start(this::feed);
        Thread.ofVirtual().name(lane.word() + "-keeper").start(this::keep);
    }

    /**
     * Stops claiming and passes on its tokens at once, lets the work finish for the grace time, then tells handlers to stop and settles
     * what they say. What is still held after that lapses. May be called twice.
     */
    public void stop(Duration grace) {
        lock.lock();
        try {
            if (phase != Phase.RUNNING) {
                return;
            }
            // 1. No new work: the feeder ends, no token is waited for.
            phase = Phase.STOPPING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        listeners.forEach(WakeListener::close);
        lanes.slots(lanes.allPartitions())
                .forEach(slot ->
                        Thread.ofVirtual().name(lane.word() + "-hand-over").start(() -> handOver(slot)));
        // 2. What runs may finish; the keeper still extends its leases.
        if (!awaitEmpty(grace)) {
            // 3. What still runs is told to stop, and given back.
            active.values().forEach(held -> held.stop(Held.Stop.SHUTDOWN));
            awaitEmpty(LAST_WORDS);
        }
        orders.ifPresent(Orders::close);
        // 4. The keeper ends; operators no longer see this holder.
        lock.lock();
        try {
            phase = Phase.STOPPED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            // Holders are known in the first partition.
            ask(lanes.slots(lanes.allPartitions()).getFirst(), ClaimEntries.Beat.LEAVING);
        } catch (RuntimeException unanswered) {
            log.warn("{} lane: could not take leave of Redis ({})", lane.word(), Redis.reason(unanswered));
        }
    }

    /** A token that this worker has in hand, or is just being given, is for others now. */
    private void handOver(List<Integer> slot) {
        try {
            ask(slot, ClaimEntries.Beat.SILENT);
        } catch (RuntimeException unanswered) {
            log.debug("{} lane: tokens are left to the sweep ({})", lane.word(), Redis.reason(unanswered));
        }
    }

    /** True while the loops run and Redis answers them. */
    public boolean healthy() {
        lock.lock();
        try {
            return phase == Phase.RUNNING && errorsInARow() < ERRORS_UNHEALTHY;
        } finally {
            lock.unlock();
        }
    }

    /** Entries held now. */
    public int running() {
        return active.size();
    }

    // ---- the feeder

    private void feed() {
        try {
            for (Work work = awaitWork(); work != null; work = awaitWork()) {
                try {
                    feed(work);
                    settled(false);
                } catch (RuntimeException failed) {
                    settled(true);
                    fault("claiming", failed);
                    pause();
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** What to claim now. {@code room} 0 only passes tokens on. */
    private record Work(List<Integer> partitions, int room, boolean sweep) {

        /** Whether it says that this holder lives, which the first partition remembers. */
        boolean beats() {
            return partitions.contains(0) && (sweep || room == 0);
        }
    }

    private @Nullable Work awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (phase == Phase.RUNNING) {
                int room = Math.min(CLAIM_MAX, room());
                boolean sweep = ticker.nanos() >= sweepAtNanos || anyHasRoomAgain();
                if (room > 0 && (sweep || !tokens.isEmpty() || !more.isEmpty())) {
                    return work(room, sweep);
                }
                if (room <= 0 && !tokens.isEmpty()) {
                    return work(0, false);
                }
                if (room <= 0 && ticker.nanos() >= beatAtNanos) {
                    // Nothing to take, but a holder that says nothing counts as dead.
                    return new Work(List.of(0), 0, false);
                }
                boolean askSoon = room <= 0 && taken < places || !exhausted.isEmpty();
                long waitNanos = (room <= 0 ? beatAtNanos : sweepAtNanos) - ticker.nanos();
                changed.awaitNanos(askSoon ? Math.min(waitNanos, ASK_AGAIN.toNanos()) : waitNanos);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. What has left its place counts again if so much of it is not settled that Redis must be slow. */
    private int room() {
        int free = Math.min(places - taken, 2 * places - active.size());
        int room = handler.room(free);
        // A handler that holds back does not know yet of what has not begun.
        return room < free
                ? room - starting.values().stream().mapToInt(Integer::intValue).sum()
                : room;
    }

    private GroupRoom groupRoom() {
        lock.lock();
        try {
            return handler.groupRoom().less(starting);
        } finally {
            lock.unlock();
        }
    }

    /** Guarded by lock. */
    private boolean anyHasRoomAgain() {
        if (exhausted.isEmpty()) {
            return false;
        }
        GroupRoom groups = groupRoom();
        return exhausted.stream().anyMatch(group -> groups.of(group) > 0);
    }

    private Work work(int room, boolean sweep) {
        BitSet due = (BitSet) tokens.clone();
        tokens.clear();
        // A claim costs by the partition too: no more of them than there is room for, in turn. The others keep their
        // place here,
        // and a token in Redis for whoever has more room.
        for (int i = more.cardinality(); i > 0 && due.cardinality() < room; i--) {
            turn = more.nextSetBit(turn) < 0 ? more.nextSetBit(0) : more.nextSetBit(turn);
            due.set(turn);
            more.clear(turn);
            turn++;
        }
        // The listener may wait for the next token.
        changed.signalAll();
        if (sweep) {
            return new Work(lanes.allPartitions(), room, true);
        }
        return new Work(due.stream().boxed().toList(), room, false);
    }

    private void feed(Work work) {
        if (work.sweep) {
            lock.lock();
            try {
                sweepAtNanos =
                        ticker.nanos() + lanes.properties().sweepInForce().toNanos();
                exhausted = Set.of();
            } finally {
                lock.unlock();
            }
        }
        if (work.beats()) {
            lock.lock();
            try {
                beatAtNanos = ticker.nanos() + lanes.properties().sweepInForce().toNanos();
            } finally {
                lock.unlock();
            }
        }
        int room = work.room;
        @Nullable RuntimeException last = null;
        for (List<Integer> slot : lanes.slots(work.partitions)) {
            if (isAway(slot)) {
                continue;
            }
            try {
                boolean beat = work.beats() && slot.contains(0);
                room -= claim(slot, room, beat ? ClaimEntries.Beat.ALIVE : ClaimEntries.Beat.SILENT);
            } catch (RuntimeException failed) {
                last = failed;
                if (failed instanceof RedisUnavailable) {
                    seekAll();
                }
            }
        }
        if (last != null) {
            throw last;
        }
    }

    private boolean isAway(List<Integer> slot) {
        lock.lock();
        try {
            return away.keySet().stream().anyMatch(known -> known.containsAll(slot));
        } finally {
            lock.unlock();
        }
    }

    /** What one slot did not answer, others of the same master will not: all are asked at once, so that nobody waits for each in turn. */
    private void seekAll() {
        lock.lock();
        try {
            for (List<Integer> slot : lanes.slots(lanes.allPartitions())) {
                if (away.putIfAbsent(slot, 0) == null) {
                    Thread.ofVirtual()
                            .name(lane.word() + "-seek-" + slot.getFirst())
                            .start(() -> seek(slot));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Asks until the slot answers. */
    private void seek(List<Integer> slot) {
        try {
            while (isRunning()) {
                try {
                    ask(slot, slot.contains(0) ? ClaimEntries.Beat.ALIVE : ClaimEntries.Beat.SILENT);
                    found(slot);
                    return;
                } catch (RuntimeException failed) {
                    fault("asking partition " + slot.getFirst(), failed);
                    pause(missed(slot));
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** What has become due there meanwhile is found by a sweep. */
    private void found(List<Integer> slot) {
        lock.lock();
        try {
            away.remove(slot);
            sweepAtNanos = ticker.nanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int missed(List<Integer> slot) {
        lock.lock();
        try {
            return away.merge(slot, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing: tells how this holder fares, and passes a token on if anything is due. */
    private void ask(List<Integer> slot, ClaimEntries.Beat beat) {
        lanes.claim(lane, slot, holder, /* room= */ 0, beat, handler.state(), GroupRoom.UNLIMITED);
    }

    private int claim(List<Integer> partitions, int room, ClaimEntries.Beat beat) {
        if (!beginClaim(room)) {
            return 0;
        }
        GroupRoom groups = groupRoom();
        // Redis counts the leases from later than this.
        long leasedUntilNanos = ticker.nanos() + lanes.properties().lease().toNanos();
        try {
            ClaimEntries.Taken result = lanes.claim(lane, partitions, holder, room, beat, handler.state(), groups);
            return hold(result, room, groups, leasedUntilNanos);
        } finally {
            endClaim().forEach(this::obey);
        }
    }

    private int hold(ClaimEntries.Taken result, int room, GroupRoom groups, long leasedUntilNanos) {
        Map<String, Integer> claimed = new HashMap<>();
        result.claims().forEach(claim -> claimed.merge(groupOf(claim), 1, Integer::sum));
        lock.lock();
        try {
            taken += result.claims().size();
            claimed.forEach((group, number) -> starting.merge(group, number, Integer::sum));
            exhausted = groups.less(claimed).full();
            if (room > 0) {
                result.more().forEach(more::set);
            }
            result.nextDue().ifPresent(this::sweepWithin);
        } finally {
            lock.unlock();
        }
        result.unreadable().forEach(this::end);
        for (Claim claim : result.claims()) {
            Meters.CLAIMED.counter(meters, "lane", lane.word()).increment();
            Held held = new Held(claim, new JournalWriter(lanes, claim));
            active.put(claim.lease().token() + "@" + claim.lease().id(), held);
            Thread.ofVirtual().name(lane.word() + "-" + claim.lease().id()).start(() -> work(held, leasedUntilNanos));
        }
        return result.claims().size();
    }

    /** At once, without a place. If Redis is away, its lease lapses, and whoever takes it next ends it. */
    private void end(ClaimEntries.Unreadable spoilt) {
        Thread.ofVirtual().name(lane.word() + "-unreadable").start(() -> {
            try {
                lanes.settle(spoilt);
                faults.increment();
            } catch (RuntimeException failed) {
                fault("ending what cannot be read", failed);
            }
        });
    }

    /** Guarded by lock. A moment more than asked, so that what is due is due. */
    private void sweepWithin(Duration wait) {
        long at = ticker.nanos() + wait.plusMillis(2).toNanos();
        if (at < sweepAtNanos) {
            sweepAtNanos = at;
            changed.signalAll();
        }
    }

    private void onToken(int partition) {
        lock.lock();
        try {
            tokens.set(partition);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitRoom(boolean afterError) throws InterruptedException {
        if (afterError) {
            pause();
        }
        lock.lock();
        try {
            // A token in hand is used or passed on before the next one is taken.
            while (phase == Phase.RUNNING && (room() <= 0 || !tokens.isEmpty() || !more.isEmpty())) {
                if (room() <= 0 && taken < places) {
                    changed.awaitNanos(ASK_AGAIN.toNanos());
                } else {
                    changed.await();
                }
            }
            return phase == Phase.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    // ---- one entry

    private void work(Held held, long leasedUntilNanos) {
        Claim claim = held.claim();
        MDC.put(LogFields.MESSAGE_ID, claim.lease().id().toString());
        try {
            Optional<Verdict> verdict = attempt(held, leasedUntilNanos);
            if (verdict.isPresent()) {
                // The end comes last in the journal.
                boolean told = held.finishJournal();
                settle(held, verdict.get(), told, leasedUntilNanos);
            }
        } catch (RuntimeException failed) {
            fault("settling", failed);
        } finally {
            MDC.remove(LogFields.MESSAGE_ID);
            active.remove(claim.lease().token() + "@" + claim.lease().id());
            tellOfChange();
        }
    }

    /** Leaves its place as soon as the handler is done: the next entry is claimed while this one is settled. */
    private Optional<Verdict> attempt(Held held, long leasedUntilNanos) {
        try {
            if (!begins(held.claim(), leasedUntilNanos)) {
                lost(held.claim());
                return Optional.empty();
            }
            return Optional.of(decide(held));
        } finally {
            lock.lock();
            try {
                taken--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * From now on its handler answers for its room.
     *
     * @return false if the answer came too late, or this process stood still: by now the entry may be another's
     */
    private boolean begins(Claim claim, long leasedUntilNanos) {
        try {
            return announce(claim) && ticker.nanos() - leasedUntilNanos < 0;
        } finally {
            lock.lock();
            try {
                starting.computeIfPresent(groupOf(claim), (group, number) -> number == 1 ? null : number - 1);
            } finally {
                lock.unlock();
            }
        }
    }

    private String groupOf(Claim claim) {
        return lane.groupOf(claim.lease().queue());
    }

    private void tellOfChange() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A callback that tells of what happens is delivered while it happens. If this fails, it is only told of the end.
     *
     * @return false if the lease was lost
     */
    private boolean announce(Claim claim) {
        boolean told = lane == Lane.MESSAGES
                && claim.envelope()
                        .workerCallback()
                        .filter(WorkerCallback::tellsProgress)
                        .isPresent();
        if (told && claim.record().callback().isEmpty()) {
            try {
                return lanes.announce(claim);
            } catch (RedisUnavailable away) {
                log.warn(
                        "{} {}: its callback waits for its end, Redis is away",
                        lane.word(),
                        claim.lease().id());
            }
        }
        return true;
    }

    private Verdict decide(Held held) {
        try {
            return handler.handle(held);
        } catch (RuntimeException failed) {
            fault("handling", failed);
            return handler.afterFault(held, failed);
        }
    }

    /** Repeated until Redis has it or the lease is lost: an answer that cost minutes is not thrown away for a failover. */
    private void settle(Held held, Verdict verdict, boolean told, long leasedUntilNanos) {
        Claim claim = held.claim();
        while (held.stopped().filter(Held.Stop.LOST::equals).isEmpty()) {
            try {
                if (lanes.settle(claim, verdict, told)) {
                    Meters.SETTLED
                            .counter(meters, "lane", lane.word(), "verdict", verdict.word())
                            .increment();
                    long claimedNanos =
                            leasedUntilNanos - lanes.properties().lease().toNanos();
                    handler.settled(claim, verdict, Duration.ofNanos(ticker.nanos() - claimedNanos));
                    if (verdict instanceof Verdict.Later later) {
                        dueWithin(later.delay());
                    } else if (verdict instanceof Verdict.Back back) {
                        dueWithin(back.delay());
                    }
                } else {
                    lost(claim);
                }
                return;
            } catch (RedisUnavailable away) {
                log.warn("{} lane: not settled yet, Redis is away ({})", lane.word(), Redis.reason(away));
                if (stopped() || !pauseInterruptibly()) {
                    return;
                }
            }
        }
        lost(claim);
    }

    private void dueWithin(Duration delay) {
        lock.lock();
        try {
            sweepWithin(delay);
        } finally {
            lock.unlock();
        }
    }

    private void lost(Claim claim) {
        if (erased(claim.lease().id())) {
            log.info("{} lane: erased meanwhile, the outcome is dropped", lane.word());
            return;
        }
        leasesLost.increment();
        log.warn("{} lane: lease lost, the outcome is dropped; another holder goes on", lane.word());
    }

    /** An operator took it away from its holder, and nobody goes on with it. */
    private boolean erased(MessageId id) {
        try {
            return lanes.find(id, Watching.NOTHING).isEmpty();
        } catch (RedisUnavailable away) {
            return false;
        }
    }

    // ---- the keeper

    private void keep() {
        long everyNanos = lanes.properties().lease().toNanos() / 3;
        List<List<Integer>> slots = lanes.slots(lanes.allPartitions());
        try {
            while (sleepUnlessStopped(everyNanos)) {
                for (List<Integer> slot : slots) {
                    if (extending.add(slot)) {
                        Thread.ofVirtual()
                                .name(lane.word() + "-keep-" + slot.getFirst())
                                .start(() -> keep(slot));
                    }
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** A part of them that cannot be extended keeps no other from it. */
    private void keep(List<Integer> slot) {
        try {
            List<Held> held = active.values().stream()
                    .filter(one -> slot.contains(one.claim().lease().id().partition()))
                    .toList();
            for (int from = 0; from < held.size(); from += EXTEND_MAX) {
                try {
                    extend(held.subList(from, Math.min(held.size(), from + EXTEND_MAX)));
                } catch (RuntimeException failed) {
                    fault("extending leases", failed);
                }
            }
        } finally {
            extending.remove(slot);
        }
    }

    private void extend(List<Held> some) {
        List<Lease> leases = some.stream().map(held -> held.claim().lease()).toList();
        List<ExtendLeases.Standing> standings = lanes.extend(lane, holder, leases);
        for (int i = 0; i < standings.size(); i++) {
            ExtendLeases.Standing standing = standings.get(i);
            Held held = some.get(i);
            String key =
                    held.claim().lease().token() + "@" + held.claim().lease().id();
            if (!standing.held() && active.containsKey(key)) {
                held.stop(Held.Stop.LOST);
            } else if (standing.cancel()) {
                held.stop(Held.Stop.CANCELLED);
            } else if (standing.watching() == Watching.FRAMES) {
                held.watched();
            }
        }
    }

    // ---- orders

    private void onOrder(Orders.Order order) {
        lock.lock();
        try {
            if (claiming) {
                early.add(order);
            }
        } finally {
            lock.unlock();
        }
        obey(order);
    }

    private void obey(Orders.Order order) {
        for (Held held : active.values()) {
            if (held.claim().lease().id().equals(order.id())) {
                switch (order.what()) {
                    case CANCEL -> held.stop(Held.Stop.CANCELLED);
                    case WATCH -> held.watched();
                }
            }
        }
    }

    /** False, and then there is no claim, if it is to bring entries to a worker that stops. */
    private boolean beginClaim(int room) {
        lock.lock();
        try {
            claiming = room <= 0 || phase == Phase.RUNNING;
            return claiming;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the orders that came meanwhile. */
    private List<Orders.Order> endClaim() {
        lock.lock();
        try {
            claiming = false;
            changed.signalAll();
            List<Orders.Order> came = List.copyOf(early);
            early.clear();
            return came;
        } finally {
            lock.unlock();
        }
    }

    // ---- waiting

    private boolean awaitEmpty(Duration limit) {
        long leftNanos = limit.toNanos();
        lock.lock();
        try {
            // A claim that is under way may bring something yet.
            while ((!active.isEmpty() || claiming) && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            return active.isEmpty() && !claiming;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isRunning() {
        lock.lock();
        try {
            return phase == Phase.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return phase == Phase.STOPPED;
        } finally {
            lock.unlock();
        }
    }

    private boolean sleepUnlessStopped(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (phase != Phase.STOPPED && left > 0) {
                left = changed.awaitNanos(left);
            }
            return phase != Phase.STOPPED;
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        pause(errorsInARow());
    }

    private void pause(int errors) throws InterruptedException {
        long doubled = PAUSE_MIN.toMillis() << Math.min(6, errors);
        sleepUnlessStopped(Math.min(PAUSE_MAX.toNanos(), TimeUnit.MILLISECONDS.toNanos(doubled)));
    }

    private boolean pauseInterruptibly() {
        try {
            pause();
            return true;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private int errorsInARow() {
        lock.lock();
        try {
            return Math.max(
                    errorsInARow,
                    away.values().stream().mapToInt(Integer::intValue).max().orElse(0));
        } finally {
            lock.unlock();
        }
    }

    private void settled(boolean failed) {
        lock.lock();
        try {
            errorsInARow = failed ? errorsInARow + 1 : 0;
            if (failed) {
                // What the failed call was to look at is found by a sweep.
                sweepAtNanos = ticker.nanos();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fault(String doing, RuntimeException failed) {
        faults.increment();
        if (failed instanceof RedisUnavailable) {
            log.warn("{} lane: {} failed, Redis is away ({})", lane.word(), doing, Redis.reason(failed));
        } else {
            log.error("{} lane: {} failed", lane.word(), doing, failed);
        }
    }
}
