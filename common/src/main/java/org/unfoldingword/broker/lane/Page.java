package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Part of a list.
 *
 * @param next where the next part begins; empty at the end. A page may be empty and yet have a next one, because a search looks
 *     only so far in one go.
 */
public record Page<T>(List<T> items, Optional<Place> next) {

    /** One look of a script is short, so that Redis serves others in between; a request may take so many. */
    private static final int LOOKS_MAX = 20;

    /** The first page from a place on that has anything, or the last of so many that have nothing. */
    static <T> Page<T> found(Optional<Place> after, Function<Optional<Place>, Page<T>> read) {
        Page<T> page = read.apply(after);
        for (int looks = 1; looks < LOOKS_MAX && page.items.isEmpty() && page.next.isPresent(); looks++) {
            page = read.apply(page.next);
        }
        return page;
    }

    /** The pages from the start on in one, until one of them reaches a limit, or there were so many. */
    static <T> Page<T> gathered(int limit, Function<Optional<Place>, Page<T>> read) {
        List<T> items = new ArrayList<>();
        Optional<Place> next = Optional.empty();
        for (int looks = 0; looks < LOOKS_MAX; looks++) {
            Page<T> page = read.apply(next);
            items.addAll(page.items);
            next = page.next;
            if (next.isEmpty() || items.size() >= limit) {
                break;
            }
        }
        return new Page<>(items, next);
    }
}
