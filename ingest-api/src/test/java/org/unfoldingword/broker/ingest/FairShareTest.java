package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class FairShareTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final FairShare share = new FairShare(/* units= */ 10, /* each= */ 6);
    private final List<String> served = new CopyOnWriteArrayList<>();

    @Test
    void givesNobodyMoreThanHisPart() throws InterruptedException {
        assertThat(share.take("ann", 6, Duration.ZERO)).isTrue();
        assertThat(share.take("ann", 1, Duration.ZERO)).isFalse();
        assertThat(share.take("bob", 4, Duration.ZERO)).isTrue();
        share.give("ann", 2);
        assertThat(share.take("ann", 2, Duration.ZERO)).isTrue();
        assertThat(share.free()).isZero();
    }

    @Test
    void doesNotWaitForWhatWillNeverBe() throws InterruptedException {
        assertThat(share.take("ann", 7, LONG)).isFalse();
    }

    @Test
    void servesInTheOrderOfAskingSoThatALargeOneHasItsTurn() throws InterruptedException {
        share.take("ann", 6, LONG);
        Thread large = ask("bob", 6);
        await().atMost(LONG).until(() -> large.getState() == Thread.State.TIMED_WAITING);
        assertThat(share.take("cid", 2, Duration.ZERO)).isFalse();

        share.give("ann", 6);

        await().atMost(LONG).until(() -> served.equals(List.of("bob")));
        assertThat(share.take("cid", 2, Duration.ZERO)).isTrue();
    }

    @Test
    void letsOthersPassWhoeverHasHisPart() throws InterruptedException {
        share.take("ann", 6, LONG);
        Thread again = ask("ann", 1);
        await().atMost(LONG).until(() -> again.getState() == Thread.State.TIMED_WAITING);

        assertThat(share.take("bob", 4, Duration.ZERO)).isTrue();

        share.give("ann", 1);
        await().atMost(LONG).until(() -> served.equals(List.of("ann")));
    }

    @Test
    void forgetsWhoeverGaveUp() throws InterruptedException {
        share.take("ann", 6, LONG);
        Thread large = ask("bob", 6);
        await().atMost(LONG).until(() -> large.getState() == Thread.State.TIMED_WAITING);

        large.interrupt();

        await().atMost(LONG).until(() -> !large.isAlive());
        assertThat(share.take("cid", 4, Duration.ZERO)).isTrue();
        share.give("ann", 6);
        assertThat(share.free()).isEqualTo(6);
    }

    /** However many of one's wait, they cost the others nothing. */
    @Test
    void servesManyWhoWait() throws InterruptedException {
        share.take("ann", 6, LONG);
        for (int i = 0; i < 1_000; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    if (share.take("ann", 1, LONG)) {
                        share.give("ann", 1);
                        served.add("ann");
                    }
                } catch (InterruptedException hurried) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(share.take("bob", 4, Duration.ZERO)).isTrue();

        share.give("ann", 6);

        await().atMost(LONG).until(() -> served.size() == 1_000);
        assertThat(share.free()).isEqualTo(6);
    }

    private Thread ask(String who, int units) {
        return Thread.ofPlatform().start(() -> {
            try {
                if (share.take(who, units, LONG)) {
                    served.add(who);
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
