package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.message.Conversation;

/**
 * {@code /live}: the overview, or one conversation, as server-sent events, again and again while somebody looks on. Each is a whole
 * picture, so one that was missed costs nothing. A look on costs a virtual thread, and a handful of Redis commands each time.
 */
@RestController
@Needs(Right.OPERATE)
final class LiveController {

    private static final long OVERVIEW_EVERY_MILLIS = 2_000;
    private static final long CONVERSATION_EVERY_MILLIS = 1_000;
    /** Operators are few; more than these are a mistake. */
    private static final int WATCHERS_MAX = 200;

    private final OverviewController overview;
    private final ConversationsController conversations;
    private final Semaphore places = new Semaphore(WATCHERS_MAX);
    private final CountDownLatch ending = new CountDownLatch(1);

    LiveController(OverviewController overview, ConversationsController conversations) {
        this.overview = overview;
        this.conversations = conversations;
    }

    @GetMapping("/api/v1/operator/live")
    void live(@RequestParam Optional<String> conversation, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        Optional<Conversation> asked = conversation.map(OperatorRequest::conversation);
        if (!places.tryAcquire()) {
            throw Problem.of(503, "too_many_watchers", WATCHERS_MAX + " look on (expected: fewer)");
        }
        try {
            response.setContentType("text/event-stream");
            response.setCharacterEncoding("UTF-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            if (request.getMethod().equals("HEAD")) {
                return;
            }
            if (asked.isPresent()) {
                tell(response, "conversation", () -> conversations.snapshot(asked.get()), CONVERSATION_EVERY_MILLIS);
            } else {
                tell(response, "overview", overview::snapshot, OVERVIEW_EVERY_MILLIS);
            }
        } finally {
            places.release();
        }
    }

    /** The server's stop waits for requests under way; these would never end by themselves. */
    @EventListener(ContextClosedEvent.class)
    void end() {
        ending.countDown();
    }

    private void tell(HttpServletResponse response, String name, Supplier<ObjectNode> picture, long everyMillis)
            throws IOException, InterruptedException {
        do {
            String event;
            try {
                event = "event: " + name + "\ndata: " + picture.get() + "\n\n";
            } catch (RedisUnavailable away) {
                event = "event: trouble\ndata: {\"code\":\"redis_unavailable\"}\n\n";
            }
            response.getOutputStream().write(event.getBytes(UTF_8));
            response.flushBuffer();
        } while (!ending.await(everyMillis, TimeUnit.MILLISECONDS));
    }
}
