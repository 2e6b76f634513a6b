package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One look of a script is short; what a request is told of takes as many as it needs, within bounds. */
class PageTest {

    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void looksOnWhileItFindsNothing() {
        Page<String> page = Page.found(Optional.empty(), from -> upTo(5, from, /* each= */ List.of()));
        assertThat(page).isEqualTo(new Page<>(List.of("last"), Optional.empty()));
        assertThat(looks).hasValue(5);
    }

    @Test
    void goesNoFurtherThanItMustToFindSomething() {
        Page<String> page = Page.found(Optional.empty(), from -> upTo(5, from, List.of("some")));
        assertThat(page.items()).containsExactly("some");
        assertThat(page.next()).contains(place(1));
        assertThat(looks).hasValue(1);
    }

    @Test
    void givesUpAfterManyLooksAndSaysHowFarItCame() {
        Page<String> page = Page.found(Optional.empty(), from -> upTo(1000, from, List.of()));
        assertThat(page).isEqualTo(new Page<>(List.of(), Optional.of(place(20))));
    }

    @Test
    void gathersUntilItIsDone() {
        Page<String> page = Page.gathered(100, from -> upTo(4, from, List.of("some")));
        assertThat(page).isEqualTo(new Page<>(List.of("some", "some", "some", "last"), Optional.empty()));
    }

    @Test
    void gathersNoMoreThanIsWantedOrThanManyLooksFind() {
        assertThat(Page.gathered(2, from -> upTo(1000, from, List.of("some"))).items())
                .hasSize(2);
        looks.set(0);
        Page<String> much = Page.gathered(100, from -> upTo(1000, from, List.of("some")));
        assertThat(much.items()).hasSize(20);
        assertThat(much.next()).contains(place(20));
    }

    /** So many pages, of which only the last has no next one. */
    private Page<String> upTo(int pages, Optional<Place> from, List<String> each) {
        assertThat(from).isEqualTo(looks.get() == 0 ? Optional.empty() : Optional.of(place(looks.get())));
        int look = looks.incrementAndGet();
        return look == pages
                ? new Page<>(List.of("last"), Optional.empty())
                : new Page<>(each, Optional.of(place(look)));
    }

    private static Place place(int look) {
        return new Place(look, "queue");
    }
}
