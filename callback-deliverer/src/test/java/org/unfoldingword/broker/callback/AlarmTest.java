package org.unfoldingword.broker.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AlarmTest {

    @Test
    void ringsInTimeUnlessItIsCalledOff() throws Exception {
        List<String> rung = new CopyOnWriteArrayList<>();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (Alarm alarm = Alarm.ticking()) {
            // Until the first one is through, none of the others can ring.
            alarm.after(Duration.ZERO, () -> await(busy));
            Runnable callOff = alarm.after(Duration.ofNanos(1), () -> rung.add("called off"));
            alarm.after(Duration.ofNanos(2), () -> rung.add("rung"));
            alarm.after(Duration.ofMillis(1), over::countDown);
            callOff.run();
            busy.countDown();
            over.await();
            callOff.run();
        }

        assertThat(rung).containsExactly("rung");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
