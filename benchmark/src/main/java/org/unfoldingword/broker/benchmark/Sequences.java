package org.unfoldingword.broker.benchmark;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What arrived for each user, in the order of arrival. Safe for threads. */
final class Sequences {

    private final Map<String, List<Integer>> byUser = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();

    void add(String user, int number) {
        byUser.compute(user, (same, known) -> {
            List<Integer> numbers = known == null ? new ArrayList<>() : known;
            numbers.add(number);
            return numbers;
        });
        size.incrementAndGet();
    }

    int size() {
        return size.get();
    }

    /** Adds to the report how many of 1 to {@code each} were lost, repeated or came after a later one; none should. */
    void tell(String name, int users, int each, Report report) {
        int distinct = 0;
        int repeated = 0;
        int disordered = 0;
        for (List<Integer> numbers : byUser.values()) {
            Set<Integer> seen = new HashSet<>();
            int highest = 0;
            for (int number : numbers) {
                if (!seen.add(number)) {
                    repeated++;
                } else if (number < highest) {
                    disordered++;
                }
                highest = Math.max(highest, number);
            }
            distinct += seen.size();
        }
        int expected = users * each;
        report.add(Row.amount(name + " lost", expected, expected - distinct).never());
        report.add(Row.amount(name + " repeated", expected, repeated).never());
        report.add(Row.amount(name + " out of order", expected, disordered).never());
    }
}
