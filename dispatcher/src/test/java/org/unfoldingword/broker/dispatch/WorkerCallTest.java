package org.unfoldingword.broker.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.Payload;

class WorkerCallTest {

    private static final int CALLS = 200_000;

    /** A cancel that came while the call began was seen by neither side; the call ran to its end, and the message completed. */
    @Test
    void isBrokenOffAlsoInTheMomentInWhichItBegins() throws Exception {
        WorkerCall[] calls = new WorkerCall[CALLS];
        HttpPost[] posts = new HttpPost[CALLS];
        for (int i = 0; i < CALLS; i++) {
            calls[i] = new WorkerCall(Endpoint.CHAT, new Payload.Inline("x".getBytes(UTF_8)), Map.of());
            posts[i] = new HttpPost("http://127.0.0.1/");
        }
        AtomicInteger one = new AtomicInteger(-1);
        AtomicInteger other = new AtomicInteger(-1);
        Thread breaking = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < CALLS; i++) {
                meet(one, other, i);
                calls[i].abort();
            }
        });
        for (int i = 0; i < CALLS; i++) {
            meet(other, one, i);
            calls[i].begins(posts[i]);
        }
        breaking.join();
        assertThat(posts).allMatch(HttpPost::isCancelled);
    }

    /** Closer than a barrier brings them, whose threads wake up at different moments. */
    private static void meet(AtomicInteger mine, AtomicInteger theirs, int number) {
        mine.set(number);
        while (theirs.get() < number) {
            Thread.onSpinWait();
        }
    }
}
