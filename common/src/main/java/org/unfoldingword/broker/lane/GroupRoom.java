package org.unfoldingword.broker.lane;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many entries of each group, see {@link Lane}, may be taken now.
 *
 * @param each of a group of which nothing else is said, at least 1
 * @param left of these groups; 0 passes a group over
 */
public record GroupRoom(int each, Map<String, Integer> left) {

    /** No group has less room than the whole lane. */
    public static final GroupRoom UNLIMITED = new GroupRoom(Integer.MAX_VALUE, Map.of());

    public GroupRoom {
        left = Map.copyOf(left);
    }

    int of(String group) {
        return left.getOrDefault(group, each);
    }

    /** What is left once these have been taken, too. */
    GroupRoom less(Map<String, Integer> taken) {
        if (taken.isEmpty() || equals(UNLIMITED)) {
            return this;
        }
        Map<String, Integer> rest = new HashMap<>(left);
        taken.forEach((group, number) -> rest.put(group, Math.max(0, of(group) - number)));
        return new GroupRoom(each, rest);
    }

    /** Groups without room. */
    Set<String> full() {
        Set<String> full = new HashSet<>();
        left.forEach((group, number) -> {
            if (number <= 0) {
                full.add(group);
            }
        });
        return full;
    }
}
