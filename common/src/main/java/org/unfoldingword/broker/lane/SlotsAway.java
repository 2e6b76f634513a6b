package org.unfoldingword.broker.lane;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The slots that do not answer: they are not claimed from until they do, so that a cluster's dead master holds up nobody but its own.
 * Safe for threads.
 */
final class SlotsAway {

    private final Holder holder;
    private final Agenda agenda;
    private final Pauses pauses;
    private final LaneMeters meters;
    /** How often each did not answer when it was asked. */
    private final Map<List<Integer>, Integer> missed = new ConcurrentHashMap<>();

    SlotsAway(Holder holder, Agenda agenda, Pauses pauses, LaneMeters meters) {
        this.holder = holder;
        this.agenda = agenda;
        this.pauses = pauses;
        this.meters = meters;
    }

    boolean contains(List<Integer> slot) {
        return missed.keySet().stream().anyMatch(known -> known.containsAll(slot));
    }

    /** The most that one of them was asked in vain. */
    int missedMost() {
        return missed.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** What one slot did not answer, others of the same master will not: all are asked at once, so that nobody waits for each in turn. */
    void seekAll() {
        for (List<Integer> slot : holder.slots()) {
            if (missed.putIfAbsent(slot, 0) == null) {
                holder.start("seek-" + slot.getFirst(), () -> seek(slot));
            }
        }
    }

    /** Asks until the slot answers. What has become due there meanwhile is found by a sweep. */
    private void seek(List<Integer> slot) {
        try {
            while (agenda.isOpen() && !answers(slot)) {
                pauses.after(missed.merge(slot, 1, Integer::sum));
            }
            missed.remove(slot);
            agenda.sweepNow();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers(List<Integer> slot) {
        try {
            // Holders are known in the first partition.
            holder.ask(slot, slot.contains(0) ? ClaimEntries.Beat.ALIVE : ClaimEntries.Beat.SILENT);
            return true;
        } catch (RuntimeException failed) {
            meters.fault("asking partition " + slot.getFirst(), failed);
            return false;
        }
    }
}
