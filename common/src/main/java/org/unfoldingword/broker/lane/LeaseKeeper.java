package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Extends all leases of a worker at a third of their length, those of each slot by themselves: a master that is away keeps no other's
 * from it. With each extension it hears what the entries are to do.
 */
final class LeaseKeeper {

    /** One script extends no more than this, so that Redis serves others in between. */
    private static final int EXTEND_MAX = 256;

    private final Holder holder;
    private final Set<Held> active;
    private final Pauses pauses;
    private final LaneMeters meters;
    /** Slots whose leases are being extended. */
    private final Set<List<Integer>> extending = ConcurrentHashMap.newKeySet();

    /** @param active what is held now; others add and remove */
    LeaseKeeper(Holder holder, Set<Held> active, Pauses pauses, LaneMeters meters) {
        this.holder = holder;
        this.active = active;
        this.pauses = pauses;
        this.meters = meters;
    }

    /** Returns when the loop runs. It ends with the pauses. */
    void start() {
        holder.start("keeper", this::keep);
    }

    private void keep() {
        Duration every = holder.lanes().properties().lease().dividedBy(3);
        List<List<Integer>> slots = holder.slots();
        try {
            while (pauses.sleep(every)) {
                for (List<Integer> slot : slots) {
                    if (extending.add(slot)) {
                        holder.start("keep-" + slot.getFirst(), () -> keep(slot));
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
            List<Held> held = active.stream()
                    .filter(one -> slot.contains(one.id().partition()))
                    .toList();
            for (int from = 0; from < held.size(); from += EXTEND_MAX) {
                try {
                    extend(held.subList(from, Math.min(held.size(), from + EXTEND_MAX)));
                } catch (RuntimeException failed) {
                    meters.fault("extending leases", failed);
                }
            }
        } finally {
            extending.remove(slot);
        }
    }

    private void extend(List<Held> some) {
        List<ExtendLeases.Standing> standings =
                holder.extend(some.stream().map(held -> held.claim().lease()).toList());
        for (int i = 0; i < standings.size(); i++) {
            ExtendLeases.Standing standing = standings.get(i);
            Held held = some.get(i);
            // What was settled meanwhile is not held, and not lost.
            if (!standing.held() && active.contains(held)) {
                held.stop(Held.Stop.LOST);
            } else if (standing.cancel()) {
                held.stop(Held.Stop.CANCELLED);
            } else if (standing.watching() == Watching.FRAMES) {
                held.watched();
            }
        }
    }
}
