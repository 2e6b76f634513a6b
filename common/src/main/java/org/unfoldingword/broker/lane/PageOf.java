package org.unfoldingword.broker.lane;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One page out of what each partition has found. A partition that has not looked to its end sets a horizon: what others have
 * beyond it waits for the next page, so that the order holds over all of them.
 *
 * <p>Confined to one thread.
 */
final class PageOf<T> {

    private final Comparator<Place> order;
    private final int limit;
    private final List<Placed<T>> found = new ArrayList<>();
    private Optional<Place> horizon = Optional.empty();

    PageOf(Comparator<Place> order, int limit) {
        this.order = order;
        this.limit = limit;
    }

    void add(Place place, T item) {
        found.add(new Placed<>(place, item));
    }

    /** A partition was looked at up to here, and no further. */
    void unfinishedAt(Place place) {
        if (horizon.isEmpty() || order.compare(place, horizon.get()) < 0) {
            horizon = Optional.of(place);
        }
    }

    Page<T> page() {
        found.sort(Comparator.comparing(Placed::place, order));
        List<T> items = new ArrayList<>();
        Optional<Place> last = Optional.empty();
        for (Placed<T> one : found) {
            boolean beyond = horizon.isPresent() && order.compare(one.place, horizon.get()) > 0;
            if (beyond || items.size() == limit) {
                return new Page<>(items, items.size() == limit ? last : horizon);
            }
            items.add(one.item);
            last = Optional.of(one.place);
        }
        return new Page<>(items, items.size() == limit && horizon.isPresent() ? last : horizon);
    }

    private record Placed<T>(Place place, T item) {}
}
