package org.unfoldingword.broker.benchmark;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What arrived for each user, in the order of arrival. Safe for threads. */
final class Sequences {

    private final Map<String, Arrivals> byUser = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();

    void add(String user, int number) {
        byUser.compute(user, (same, known) -> {
            Arrivals arrivals = known == null ? new Arrivals() : known;
            if (arrivals.add(number)) {
                size.incrementAndGet();
            }
            return arrivals;
        });
    }

    /** How many different ones have arrived; whoever waits for all must not count a repetition for one that is on its way. */
    int size() {
        return size.get();
    }

    /** Adds to the report how many of 1 to {@code each} were lost, repeated or came after a later one; none should. */
    void tell(String name, int users, int each, Report report) {
        int distinct = 0;
        int repeated = 0;
        int disordered = 0;
        for (Arrivals arrivals : byUser.values()) {
            distinct += arrivals.seen.size();
            repeated += arrivals.repeated;
            disordered += arrivals.disordered;
        }
        int expected = users * each;
        report.add(Row.amount(name + " lost", expected, expected - distinct).never());
        report.add(Row.amount(name + " repeated", expected, repeated).never());
        report.add(Row.amount(name + " out of order", expected, disordered).never());
    }

    /** Of one user. Guarded by the map that it is in. */
    private static final class Arrivals {
        private final Set<Integer> seen = new HashSet<>();
        private int highest;
        private int repeated;
        private int disordered;

        /** Whether it is the first of its number. */
        boolean add(int number) {
            boolean first = seen.add(number);
            if (!first) {
                repeated++;
            } else if (number < highest) {
                disordered++;
            }
            highest = Math.max(highest, number);
            return first;
        }
    }
}
