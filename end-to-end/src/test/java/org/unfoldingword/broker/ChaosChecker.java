package org.unfoldingword.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.unfoldingword.broker.ChaosHistory.Accepted;
import org.unfoldingword.broker.ChaosHistory.Call;
import org.unfoldingword.broker.ChaosHistory.Cancel;
import org.unfoldingword.broker.ChaosHistory.Cancelled;
import org.unfoldingword.broker.ChaosHistory.Delivery;
import org.unfoldingword.broker.ChaosHistory.Fault;
import org.unfoldingword.broker.ChaosHistory.Victim;

/**
 * Holds a history against the invariants: I1 to I5, and that every conversation flows again soon after a fault. A message that was
 * cancelled has one end like any other, which may come before those of the messages ahead of it.
 */
final class ChaosChecker {

    /** A holder that was stopped or cut off may still do what it had begun right when it goes on. */
    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Duration lease;
    private final List<Fault> faults;
    private final Map<String, List<Accepted>> accepted;
    private final Map<String, List<Cancel>> cancels;
    private final Map<String, List<Call>> calls;
    private final Map<String, List<Delivery>> callbacks;

    private final List<String> findings = new ArrayList<>();
    private final List<String> slow = new ArrayList<>();
    private final Map<String, Integer> repeatedCalls = new TreeMap<>();
    private final Map<String, Integer> repeatedCallbacks = new TreeMap<>();
    private final Map<Fault, Long> standing = new HashMap<>();
    private int zombies;
    private int cancelled;

    private ChaosChecker(ChaosHistory history, Duration lease) {
        this.lease = lease;
        this.faults = history.faults();
        this.accepted = byUser(history.accepted(), Accepted::user, Comparator.comparingInt(Accepted::number));
        this.cancels = byUser(history.cancels(), Cancel::user, Comparator.comparingInt(Cancel::number));
        this.calls = byUser(history.calls(), Call::user, Comparator.comparingLong(Call::startNanos));
        this.callbacks = byUser(history.deliveries(), Delivery::user, Comparator.comparingLong(Delivery::atNanos));
    }

    static ChaosReport check(ChaosHistory history, Duration lease) {
        return new ChaosChecker(history, lease).check();
    }

    private ChaosReport check() {
        faults.forEach(fault -> standing.put(fault, 0L));
        accepted.forEach((user, messages) -> {
            List<Call> theirCalls = calls.getOrDefault(user, List.of());
            List<Delivery> theirCallbacks = callbacks.getOrDefault(user, List.of());
            checkCallbacks(messages, theirCallbacks);
            checkCalls(theirCalls);
            checkCancels(cancels.getOrDefault(user, List.of()), theirCalls, theirCallbacks);
            measure(messages, theirCalls, theirCallbacks);
        });
        Map<String, List<Duration>> recoveries = new TreeMap<>();
        for (Fault fault : faults) {
            Duration stood = Duration.ofNanos(standing.getOrDefault(fault, 0L));
            recoveries.computeIfAbsent(fault.kind(), any -> new ArrayList<>()).add(stood);
            if (fault.process() && stood.compareTo(lease.plusSeconds(1)) > 0) {
                slow.add(fault.kind() + " " + fault.index() + ": a conversation stood still for " + stood.toMillis()
                        + " ms");
            }
        }
        List<Accepted> all = accepted.values().stream().flatMap(List::stream).toList();
        return new ChaosReport(
                all.size(),
                all.stream().mapToInt(Accepted::posts).sum(),
                size(calls),
                size(callbacks),
                List.copyOf(findings),
                zombies,
                cancelled,
                Map.copyOf(repeatedCalls),
                Map.copyOf(repeatedCallbacks),
                recoveries,
                List.copyOf(slow));
    }

    /** I1, I3 and I5: each message has one end, which was delivered, in the order of acceptance. */
    private void checkCallbacks(List<Accepted> messages, List<Delivery> came) {
        Map<Integer, Delivery> first = new HashMap<>();
        Map<Integer, Delivery> latest = new HashMap<>();
        Set<String> known = messages.stream().map(Accepted::messageId).collect(Collectors.toSet());
        int newest = 0;
        for (Delivery callback : came) {
            if (!known.contains(callback.messageId())) {
                find("doubled", callback.user(), callback.number(), "a callback of message " + callback.messageId());
            }
            Delivery before = latest.put(callback.number(), callback);
            if (before != null) {
                repeatedCallbacks.merge(cause(before, callback), 1, Integer::sum);
            }
            if (before != null && !before.end().equals(callback.end())) {
                find("doubled", callback.user(), callback.number(), before.end() + ", then " + callback.end());
            }
            if (callback.taken() && first.putIfAbsent(callback.number(), callback) == null && !callback.cancelled()) {
                if (callback.number() < newest) {
                    find("out of order", callback.user(), callback.number(), "delivered after " + newest);
                }
                newest = Math.max(newest, callback.number());
            }
        }
        for (Accepted message : messages) {
            if (!first.containsKey(message.number())) {
                find("lost", message.user(), message.number(), "accepted as " + message.messageId());
            }
        }
    }

    /** I2 and I4: turns begin in order and do not overlap. */
    private void checkCalls(List<Call> theirs) {
        Map<Integer, Call> latest = new HashMap<>();
        Optional<Call> longest = Optional.empty();
        int newest = 0;
        for (Call call : theirs) {
            boolean zombie = isZombies(call);
            if (longest.filter(other -> other.endNanos() > call.startNanos()).isPresent()) {
                if (zombie || isZombies(longest.get())) {
                    zombies++;
                } else {
                    find(
                            "overlap",
                            call.user(),
                            call.number(),
                            "a turn began beside that of " + longest.get().number());
                }
            }
            if (call.number() < newest && !zombie) {
                find("out of order", call.user(), call.number(), "called after " + newest);
            }
            Call before = latest.put(call.number(), call);
            if (before != null) {
                repeatedCalls.merge(cause(before, call), 1, Integer::sum);
            }
            newest = Math.max(newest, call.number());
            if (longest.isEmpty() || longest.get().endNanos() < call.endNanos()) {
                longest = Optional.of(call);
            }
        }
    }

    /** Only what was cancelled ends so, and what was cancelled in time does not end otherwise, or run after it. */
    private void checkCancels(List<Cancel> theirs, List<Call> theirCalls, List<Delivery> theirCallbacks) {
        Map<Integer, Cancelled> how = theirs.stream().collect(Collectors.toMap(Cancel::number, Cancel::how));
        Set<Integer> called = theirCalls.stream().map(Call::number).collect(Collectors.toSet());
        Map<Integer, Delivery> ends = new TreeMap<>();
        theirCallbacks.forEach(callback -> ends.put(callback.number(), callback));
        ends.forEach((number, end) -> {
            if (end.cancelled() && !how.containsKey(number)) {
                find("cancelled", end.user(), number, "by nobody");
            }
            cancelled += end.cancelled() ? 1 : 0;
        });
        for (Cancel cancel : theirs) {
            boolean inTime = cancel.how() == Cancelled.WAITING || cancel.how() == Cancelled.RUNNING;
            Delivery end = ends.get(cancel.number());
            if (inTime && end != null && !end.cancelled()) {
                find("not cancelled", cancel.user(), cancel.number(), "its end is " + end.end());
            }
            if (cancel.how() == Cancelled.WAITING && called.contains(cancel.number())) {
                find("not cancelled", cancel.user(), cancel.number(), "it ran though it waited when it was cancelled");
            }
        }
    }

    /** Called by a dispatcher that had just been standing still, or away from Redis. */
    private boolean isZombies(Call call) {
        return faults.stream()
                .anyMatch(fault -> fault.victim() == Victim.DISPATCHER
                        && fault.index() == call.dispatcher()
                        && fault.fromNanos() <= call.startNanos()
                        && call.startNanos() <= fault.untilNanos() + LATE_NANOS);
    }

    private String cause(Call before, Call again) {
        if (!before.well()) {
            return "after the worker's " + before.how();
        }
        Predicate<Fault> there = fault -> fault.victim() == Victim.REDIS
                || fault.victim() == Victim.DISPATCHER && fault.index() == before.dispatcher();
        return causeAmong(there, before.startNanos(), again.startNanos())
                .orElseGet(() -> unexplained("call", again.user(), again.number()));
    }

    private String cause(Delivery before, Delivery again) {
        if (!before.taken()) {
            return "not taken before";
        }
        Predicate<Fault> there = fault -> fault.victim() == Victim.REDIS || fault.victim() == Victim.DELIVERER;
        return causeAmong(there, before.atNanos(), again.atNanos())
                .orElseGet(() -> unexplained("callback", again.user(), again.number()));
    }

    private Optional<String> causeAmong(Predicate<Fault> there, long fromNanos, long untilNanos) {
        return faults.stream()
                .filter(there)
                .filter(fault -> fault.touches(fromNanos, untilNanos))
                .map(fault -> "after " + fault.kind())
                .findFirst();
    }

    private String unexplained(String what, String user, int number) {
        find("repeated", user, number, "a " + what + " without a cause");
        return "without a cause";
    }

    /** How long a conversation stood still though something was to be done, for the faults that may have caused it. */
    private void measure(List<Accepted> messages, List<Call> theirCalls, List<Delivery> theirCallbacks) {
        Map<Integer, List<Call>> callsOf = theirCalls.stream().collect(Collectors.groupingBy(Call::number));
        Map<Integer, Long> toldNanos = new HashMap<>();
        theirCallbacks.stream()
                .filter(Delivery::taken)
                .forEach(callback -> toldNanos.putIfAbsent(callback.number(), callback.atNanos()));
        long freeNanos = Long.MIN_VALUE;
        long toldBeforeNanos = Long.MIN_VALUE;
        for (Accepted message : messages) {
            long dueNanos = Math.max(message.atNanos(), freeNanos);
            for (Call call : callsOf.getOrDefault(message.number(), List.of())) {
                stood(dueNanos, call.startNanos(), Victim.DISPATCHER);
                dueNanos = Math.max(dueNanos, call.endNanos());
            }
            freeNanos = dueNanos;
            Long told = toldNanos.get(message.number());
            if (told != null) {
                stood(Math.max(dueNanos, toldBeforeNanos), told, Victim.DELIVERER);
                toldBeforeNanos = told;
            }
        }
    }

    /** @param role whose turn it was */
    private void stood(long fromNanos, long untilNanos, Victim role) {
        for (Fault fault : faults) {
            boolean may = fault.victim() == Victim.REDIS
                    || fault.victim() == role
                    || fault.victim() == (role == Victim.DISPATCHER ? Victim.WORKER : Victim.RECEIVER);
            // What a dead process held is not free before its leases have run out; later it does no harm.
            long laterNanos = fault.process() ? lease.toNanos() : 0;
            if (may && fault.touches(fromNanos - laterNanos, untilNanos)) {
                long sinceNanos = fault.process() ? fault.fromNanos() : fault.untilNanos();
                standing.merge(fault, untilNanos - Math.max(fromNanos, sinceNanos), Math::max);
            }
        }
    }

    private void find(String what, String user, int number, String more) {
        findings.add(what + ": " + user + " message " + number + ", " + more);
    }

    private static <T> Map<String, List<T>> byUser(
            List<T> all, Function<T, String> user, Comparator<? super T> inOrder) {
        Map<String, List<T>> byUser = new TreeMap<>();
        all.stream().sorted(inOrder).forEach(one -> byUser.computeIfAbsent(user.apply(one), any -> new ArrayList<>())
                .add(one));
        return byUser;
    }

    private static int size(Map<String, ? extends List<?>> byUser) {
        return byUser.values().stream().mapToInt(List::size).sum();
    }
}
