package org.unfoldingword.broker.lane;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Works on one lane: claims what is due while there is room, hands each entry to the handler on a virtual thread of its own, keeps its
 * lease meanwhile, and settles what the handler decided.
 *
 * <p>The <em>feeder</em>, here, is the only one that claims; the {@link Agenda} tells it when and how much. The {@link WakeListener}
 * waits for tokens, but only while a place is free. The {@link LeaseKeeper} extends all leases. {@link Orders} tell at once what it
 * would hear of with the next extension: a message is to be cancelled, or somebody watches it.
 *
 * <p>An error of Redis pauses the loop that met it, with growing waits; {@link SlotsAway} keeps one master's from the others. An
 * unexpected error of a handler ends only its entry.
 */
public final class LaneWorker {

    private static final Logger log = LoggerFactory.getLogger(LaneWorker.class);

    /** So many errors in a row are no passing thing. */
    private static final int ERRORS_UNHEALTHY = 3;
    /** After the grace time, handlers that were told to stop get this long to say so. */
    static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Holder holder;
    private final Set<Held> active = ConcurrentHashMap.newKeySet();
    private final Pauses pauses = new Pauses();
    private final LaneMeters meters;
    private final Agenda agenda;
    private final SlotsAway away;
    private final LeaseKeeper keeper;
    private final HandleEntry handleEntry;
    private final List<WakeListener> listeners = new ArrayList<>();
    private volatile Optional<Orders> orders = Optional.empty();
    /** Of the feeder, which alone writes it. */
    private volatile int errorsInARow;

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
        this.holder = new Holder(lanes, lane, holder, handler, ticker);
        this.meters = new LaneMeters(lane, meters);
        this.agenda = new Agenda(this.holder, places);
        this.away = new SlotsAway(this.holder, agenda, pauses, this.meters);
        this.keeper = new LeaseKeeper(this.holder, active, pauses, this.meters);
        this.handleEntry = new HandleEntry(this.holder, agenda, pauses, this.meters);
        Meters.RUNNING.gauge(meters, active::size, "lane", lane.word());
        Meters.HEALTHY.gauge(meters, () -> healthy() ? 1 : 0, "lane", lane.word());
    }

    /** Returns when the loops run. */
    public void start() {
        if (!agenda.open()) {
            return;
        }
        for (List<Integer> slot : holder.slots()) {
            listeners.add(new WakeListener(holder, slot, this::awaitWant, agenda::token));
        }
        listeners.forEach(WakeListener::start);
        if (holder.lane() == Lane.MESSAGES) {
            orders = Optional.of(Orders.listen(holder.lanes(), this::obey));
        }
        holder.start("feeder", this::feed);
        keeper.start();
    }

    /**
     * Stops claiming and passes on its tokens at once, lets the work finish for the grace time, then tells handlers to stop and settles
     * what they say. What is still held after that lapses. May be called twice.
     */
    public void stop(Duration grace) {
        // 1. No new work: the feeder ends, no token is waited for.
        if (!agenda.close()) {
            return;
        }
        listeners.forEach(WakeListener::close);
        holder.slots().forEach(slot -> holder.start("hand-over", () -> handOver(slot)));
        // 2. What runs may finish; the keeper still extends its leases.
        if (!agenda.awaitIdle(grace)) {
            // 3. What still runs is told to stop, and given back.
            active.forEach(held -> held.stop(Held.Stop.SHUTDOWN));
            agenda.awaitIdle(LAST_WORDS);
        }
        orders.ifPresent(Orders::close);
        // 4. The keeper ends; operators no longer see this holder.
        pauses.end();
        takeLeave();
    }

    /** A token that this worker has in hand, or is just being given, is for others now. */
    private void handOver(List<Integer> slot) {
        try {
            holder.ask(slot, ClaimEntries.Beat.SILENT);
        } catch (RuntimeException unanswered) {
            log.debug("{} lane: tokens are left to the sweep ({})", lane(), Redis.reason(unanswered));
        }
    }

    private void takeLeave() {
        try {
            // Holders are known in the first partition.
            holder.ask(holder.slots().getFirst(), ClaimEntries.Beat.LEAVING);
        } catch (RuntimeException unanswered) {
            log.warn("{} lane: could not take leave of Redis ({})", lane(), Redis.reason(unanswered));
        }
    }

    /** True while the loops run and Redis answers them. */
    public boolean healthy() {
        return agenda.isOpen() && Math.max(errorsInARow, away.missedMost()) < ERRORS_UNHEALTHY;
    }

    /** Entries held now. */
    public int running() {
        return active.size();
    }

    private boolean awaitWant(int errorsOfTheListener) throws InterruptedException {
        if (errorsOfTheListener > 0) {
            pauses.after(errorsOfTheListener);
        }
        return agenda.awaitWant();
    }

    // ---- the feeder

    private void feed() {
        try {
            for (Optional<Agenda.Work> work = agenda.next(); work.isPresent(); work = agenda.next()) {
                try {
                    feed(work.get());
                    errorsInARow = 0;
                } catch (RuntimeException failed) {
                    int errors = errorsInARow + 1;
                    errorsInARow = errors;
                    // What the failed call was to look at is found by a sweep.
                    agenda.sweepNow();
                    meters.fault("claiming", failed);
                    pauses.after(errors);
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void feed(Agenda.Work work) {
        int room = work.room();
        @Nullable RuntimeException last = null;
        for (List<Integer> slot : holder.lanes().slots(work.partitions())) {
            if (away.contains(slot)) {
                continue;
            }
            try {
                boolean beat = work.beats() && slot.contains(0);
                room -= claim(slot, room, beat ? ClaimEntries.Beat.ALIVE : ClaimEntries.Beat.SILENT);
            } catch (RuntimeException failed) {
                last = failed;
                if (failed instanceof RedisUnavailable) {
                    away.seekAll();
                }
            }
        }
        if (last != null) {
            throw last;
        }
    }

    /** @return how many it brought */
    private int claim(List<Integer> slot, int room, ClaimEntries.Beat beat) {
        if (!agenda.beginClaim(room)) {
            return 0;
        }
        orders.ifPresent(Orders::keep);
        GroupRoom groups = agenda.groupRoom();
        long claimedNanos = holder.ticker().nanos();
        try {
            ClaimEntries.Taken result = holder.claim(slot, room, beat, groups);
            agenda.took(result, room, groups);
            meters.claimed(result.claims().size());
            result.unreadable().forEach(this::end);
            result.claims().forEach(claim -> begin(claim, claimedNanos));
            return result.claims().size();
        } finally {
            agenda.endClaim();
            orders.ifPresent(Orders::repeat);
        }
    }

    /** At once, without a place. If Redis is away, its lease lapses, and whoever takes it next ends it. */
    private void end(ClaimEntries.Unreadable spoilt) {
        holder.start("unreadable", () -> {
            try {
                holder.lanes().settle(spoilt);
                meters.unreadable();
            } catch (RuntimeException failed) {
                meters.fault("ending what cannot be read", failed);
            }
        });
    }

    private void begin(Claim claim, long claimedNanos) {
        Held held = new Held(claim, new JournalWriter(holder.lanes(), claim));
        active.add(held);
        holder.start(held.id().toString(), () -> {
            try {
                handleEntry.run(held, claimedNanos);
            } finally {
                active.remove(held);
                agenda.gone();
            }
        });
    }

    private void obey(Orders.Order order) {
        for (Held held : active) {
            if (held.id().equals(order.id())) {
                switch (order.what()) {
                    case CANCEL -> held.stop(Held.Stop.CANCELLED);
                    case WATCH -> held.watched();
                }
            }
        }
    }

    private String lane() {
        return holder.lane().word();
    }
}
