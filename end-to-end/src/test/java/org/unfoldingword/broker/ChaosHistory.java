package org.unfoldingword.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * What clients, worker and receiver saw, and what was done to the broker meanwhile. Times are of one clock that only grows, in
 * nanoseconds. Safe for threads.
 */
final class ChaosHistory {

    /** A message that was acknowledged. Messages of a user are numbered in the order in which they were. */
    record Accepted(String user, int number, String messageId, int posts, long atNanos) {}

    /**
     * A turn that began at the worker.
     *
     * @param dispatcher which one called
     * @param how what the worker did: {@code answered}, or the way in which it failed
     */
    record Call(String user, int number, int dispatcher, String how, long startNanos, long endNanos) {

        /** The worker did what it should, fast or slowly. */
        boolean well() {
            return how.equals("answered") || how.equals("drip");
        }
    }

    /**
     * A message that its user cancelled. Whether it was in time, its end tells.
     *
     * @param how what the broker said to it
     */
    record Cancel(String user, int number, Cancelled how) {}

    /** What becomes of a cancel. */
    enum Cancelled {
        /** It waited, and will never run. */
        WAITING,
        /** It ran, and has been broken off. */
        RUNNING,
        /** Its dispatcher is being told; it may have come too late. */
        ASKED,
        /** It had ended: perhaps by a cancel before, whose answer was lost. */
        LATE
    }

    /**
     * A callback that came.
     *
     * @param end {@code completed}, or the code of the error
     * @param taken the receiver said so, in time
     */
    record Delivery(String user, int number, String messageId, String end, boolean taken, long atNanos) {

        boolean cancelled() {
            return end.equals("cancelled");
        }
    }

    /** Whom a fault befell. */
    enum Victim {
        INGEST,
        DISPATCHER,
        DELIVERER,
        REDIS,
        WORKER,
        RECEIVER
    }

    /**
     * @param index which one of its kind
     * @param process it killed or stopped a process, or kept it from Redis: what it held goes on when its leases have run out
     */
    record Fault(String kind, Victim victim, int index, boolean process, long fromNanos, long untilNanos) {

        boolean touches(long fromNanos, long untilNanos) {
            return this.fromNanos <= untilNanos && fromNanos <= this.untilNanos;
        }
    }

    // Guarded by this.
    private final List<Accepted> accepted = new ArrayList<>();
    private final List<Cancel> cancels = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Delivery> callbacks = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    synchronized void add(Accepted one) {
        accepted.add(one);
    }

    synchronized void add(Cancel one) {
        cancels.add(one);
    }

    synchronized void add(Call one) {
        calls.add(one);
    }

    synchronized void add(Delivery one) {
        callbacks.add(one);
    }

    synchronized void add(Fault one) {
        faults.add(one);
    }

    synchronized List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    synchronized List<Cancel> cancels() {
        return List.copyOf(cancels);
    }

    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    synchronized List<Delivery> deliveries() {
        return List.copyOf(callbacks);
    }

    synchronized List<Fault> faults() {
        return List.copyOf(faults);
    }
}
