package org.unfoldingword.broker.benchmark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What a load test has seen so far. Safe for threads. */
final class LoadTally {

    private final Map<LoadMessage, Long> dueNanos = new ConcurrentHashMap<>();
    private final Sequences answers = new Sequences();
    private final Turns turns = new Turns();
    private final Latencies accepted = new Latencies();
    private final Latencies firstWords = new Latencies();
    private final Latencies answered = new Latencies();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger askedToWait = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();
    private final Map<String, AtomicInteger> refusals = new ConcurrentSkipListMap<>();

    /** The message is due; all its durations count from here, so that a broker that holds up its clients cannot hide it. */
    void due(LoadMessage message, long nanos) {
        dueNanos.put(message, nanos);
    }

    void accepted(LoadMessage message, long nanos) {
        accepted.add(nanos - since(message));
    }

    /** The first frame of the worker has come. */
    void firstWord(LoadMessage message, long nanos) {
        firstWords.add(nanos - since(message));
    }

    void answered(LoadMessage message, long nanos) {
        answered.add(nanos - since(message));
        answers.add(message.user(), message.number());
    }

    /** It has ended, but without the worker's answer. */
    void failed(LoadMessage message, String code) {
        failed.incrementAndGet();
        refused(code);
        answers.add(message.user(), message.number());
    }

    /** The broker asked to wait (429, 503); the message is sent again. */
    void askedToWait() {
        askedToWait.incrementAndGet();
    }

    /** The connection broke before there was an answer; the message is sent again. */
    void broken() {
        broken.incrementAndGet();
    }

    /** It was not accepted, for a reason that waiting does not cure. */
    void refused(String why) {
        refusals.computeIfAbsent(why, first -> new AtomicInteger()).incrementAndGet();
    }

    /** Streams only: when it ran, by the store's time. */
    void turn(LoadMessage message, Turns.Turn turn) {
        turns.add(message, turn);
    }

    int ended() {
        return answers.size();
    }

    long acceptedSoFar() {
        return accepted.count();
    }

    void tell(LoadPlan plan, double seconds, Report report) {
        report.add(Row.latencies("accepted", accepted));
        if (firstWords.count() > 0) {
            report.add(Row.latencies("first frame", firstWords));
        }
        report.add(Row.latencies("answered", answered));
        report.add(Row.amount("messages per second", plan.all(), answers.size() / seconds));
        report.add(Row.amount("asked to wait (429, 503)", plan.all(), askedToWait.get()));
        report.add(Row.amount("connections that broke", plan.all(), broken.get()));
        refusals.forEach((why, times) -> report.add(Row.amount(why, plan.all(), times.get())));
        report.add(Row.amount("not accepted", plan.all(), (double) (plan.all() - accepted.count()))
                .never());
        report.add(Row.amount("failed", plan.all(), failed.get()).never());
        if (plan.mode() == LoadPlan.Mode.STREAM) {
            turns.answers().tell("answers", plan.users(), plan.each(), report);
            report.add(Row.amount("overlapping turns", plan.all(), turns.overlapping())
                    .never());
        } else {
            answers.tell("answers", plan.users(), plan.each(), report);
        }
    }

    private long since(LoadMessage message) {
        return dueNanos.getOrDefault(message, 0L);
    }
}
