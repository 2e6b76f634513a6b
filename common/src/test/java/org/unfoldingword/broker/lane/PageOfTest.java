package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Pages over several partitions show everything once, in one order, however far each partition looks in one go. */
class PageOfTest {

    @Test
    void keepsBackWhatLiesBeyondAnUnfinishedPartition() {
        PageOf<String> page = new PageOf<>(Place.OLDEST_FIRST, /* limit= */ 10);
        page.add(new Place(1, "a"), "a");
        page.add(new Place(9, "z"), "z");
        page.unfinishedAt(new Place(5, "m"));

        assertThat(page.page()).isEqualTo(new Page<>(List.of("a"), Optional.of(new Place(5, "m"))));
    }

    @Test
    void endsWhenAllPartitionsAreAtTheirEnd() {
        PageOf<String> page = new PageOf<>(Place.OLDEST_FIRST, 10);
        page.add(new Place(1, "a"), "a");
        assertThat(page.page()).isEqualTo(new Page<>(List.of("a"), Optional.empty()));
    }

    @Property(tries = 300)
    void showsEverythingOnceInOrder(
            @ForAll @Size(min = 1, max = 5) List<@Size(max = 12) List<@IntRange(max = 8) Integer>> times,
            @ForAll @IntRange(min = 1, max = 5) int limit,
            @ForAll @IntRange(min = 1, max = 4) int looks,
            @ForAll boolean newestFirst) {
        Comparator<Place> order = newestFirst ? Place.OLDEST_FIRST.reversed() : Place.OLDEST_FIRST;
        List<List<Place>> partitions = new ArrayList<>();
        for (int p = 0; p < times.size(); p++) {
            List<Place> places = new ArrayList<>();
            for (int i = 0; i < times.get(p).size(); i++) {
                places.add(new Place(times.get(p).get(i), "p" + p + "-" + i));
            }
            places.sort(order);
            partitions.add(places);
        }

        List<Place> shown = new ArrayList<>();
        Optional<Place> next = Optional.empty();
        int pages = 0;
        do {
            Page<Place> page = page(partitions, order, next, limit, looks);
            shown.addAll(page.items());
            next = page.next();
            assertThat(pages++).as("ends").isLessThan(200);
        } while (next.isPresent());

        assertThat(shown)
                .containsExactlyElementsOf(
                        partitions.stream().flatMap(List::stream).sorted(order).toList());
    }

    /** As the scripts do it: each partition looks at so many places after the cursor, and says how far it came. */
    private static Page<Place> page(
            List<List<Place>> partitions, Comparator<Place> order, Optional<Place> after, int limit, int looks) {
        PageOf<Place> page = new PageOf<>(order, limit);
        for (List<Place> partition : partitions) {
            List<Place> rest = partition.stream()
                    .filter(place -> after.isEmpty() || order.compare(place, after.get()) > 0)
                    .toList();
            int seen = Math.min(looks, Math.min(limit, rest.size()));
            rest.subList(0, seen).forEach(place -> page.add(place, place));
            if (seen < rest.size()) {
                page.unfinishedAt(rest.get(seen - 1));
            }
        }
        return page.page();
    }
}
