package org.unfoldingword.broker.dispatch;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.lane.Payload;

/** One call of the worker, which another thread may break off. */
final class WorkerCall {

    private final Endpoint endpoint;
    private final Payload body;
    private final Map<String, String> headers;
    private final AtomicReference<@Nullable Broken> broken = new AtomicReference<>();
    private volatile @Nullable HttpPost request;

    WorkerCall(Endpoint endpoint, Payload body, Map<String, String> headers) {
        this.endpoint = endpoint;
        this.body = body;
        this.headers = headers;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Payload body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Breaks the call off at once, whatever it is doing. */
    void abort() {
        breakOff(Broken.BY_US);
    }

    void timeOver() {
        breakOff(Broken.BY_TIME);
    }

    boolean aborted() {
        return broken.get() == Broken.BY_US;
    }

    boolean outOfTime() {
        return broken.get() == Broken.BY_TIME;
    }

    void begins(HttpPost post) {
        request = post;
        if (broken.get() != null) {
            post.cancel();
        }
    }

    private void breakOff(Broken how) {
        // In this order, and begins() in the other: whichever comes second sees what the first has done.
        if (broken.compareAndSet(null, how)) {
            HttpPost current = request;
            if (current != null) {
                current.cancel();
            }
        }
    }

    private enum Broken {
        BY_US,
        BY_TIME
    }
}
