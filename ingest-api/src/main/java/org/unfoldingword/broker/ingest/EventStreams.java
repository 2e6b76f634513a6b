package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.unfoldingword.broker.lane.Journals;
import org.unfoldingword.broker.lane.TurnPlace;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Ticker;

/** All open streams of this process: opens them, keeps silent ones alive, ends them when the process ends. Safe for threads. */
final class EventStreams implements SmartLifecycle {

    /** Whoever watches may rely on a sign of life each 15 s. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofSeconds(2);
    /** {@code <message id>/<entry>}: where a client is in a conversation. */
    private static final Pattern TURN = Pattern.compile("([0-9a-f-]{36})/(.+)");

    private final Journals journals;
    private final Ticker ticker;
    private final Counter tooSlow;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final Semaphore stopping = new Semaphore(0);
    private volatile boolean running;

    EventStreams(Journals journals, Ticker ticker, MeterRegistry meters) {
        this.journals = journals;
        this.ticker = ticker;
        this.tooSlow = Meters.STREAMS_SLOW.counter(meters);
        Meters.STREAMS_OPEN.gauge(meters, open::size);
    }

    /** Whether the client asks for events rather than for one answer. */
    static boolean wanted(HttpHeaders headers) {
        try {
            return headers.getAccept().stream()
                    .anyMatch(type ->
                            type.equalsTypeAndSubtype(MediaType.TEXT_EVENT_STREAM) && type.getQualityValue() > 0);
        } catch (InvalidMediaTypeException garbled) {
            return false;
        }
    }

    /** Answers with all that happens to one message, from the start or from after the client's last event, to its end. */
    void open(HttpServletRequest request, HttpServletResponse response, MessageId id) throws IOException {
        begin(request, response, new BrokerDialect(/* many= */ false))
                .ifPresent(stream -> stream.fedBy(journals.follow(id, lastEventId(request), stream)));
    }

    /** Answers as the worker would: all that it says to one message, from the start to the end. */
    void openLikeTheWorker(HttpServletRequest request, HttpServletResponse response, MessageId id) throws IOException {
        begin(request, response, new WorkerDialect())
                .ifPresent(stream -> stream.fedBy(journals.follow(id, /* after= */ Optional.empty(), stream)));
    }

    /** Answers with all that happens in a conversation and that the caller may see, until the client leaves. */
    void open(HttpServletRequest request, HttpServletResponse response, Conversation conversation) throws IOException {
        begin(request, response, new BrokerDialect(/* many= */ true))
                .ifPresent(stream -> stream.fedBy(journals.follow(
                        conversation,
                        lastEventId(request).flatMap(EventStreams::place),
                        Caller.of(request).sight(),
                        stream)));
    }

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("streams-keep-alive").start(this::keepAlive);
    }

    /** Before the server waits for its requests to end: these would not. */
    @Override
    public void stop() {
        running = false;
        stopping.release();
        // Each on its own: one that is stuck with a slow client takes a while.
        open.forEach(stream -> Thread.ofVirtual().name("stream-close").start(stream::close));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Nothing for a HEAD, which ends with the header fields (RFC 9110, section 9.3.2). */
    private Optional<EventStream> begin(HttpServletRequest request, HttpServletResponse response, Dialect dialect)
            throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        // For the proxies that would gather before they pass on.
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        if (request.getMethod().equals("HEAD")) {
            return Optional.empty();
        }
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        EventStream stream = new EventStream(context, dialect, ticker, tooSlow, open::remove);
        context.addListener(stream);
        open.add(stream);
        return Optional.of(stream);
    }

    private static Optional<String> lastEventId(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader("Last-Event-ID")).map(String::strip);
    }

    private static Optional<TurnPlace> place(String lastEventId) {
        Matcher turn = TURN.matcher(lastEventId);
        return turn.matches()
                ? MessageId.parse(turn.group(1)).map(id -> new TurnPlace(id, turn.group(2)))
                : Optional.empty();
    }

    private void keepAlive() {
        try {
            while (!stopping.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                for (EventStream stream : open) {
                    if (stream.silentFor(SILENCE_MAX)) {
                        Thread.ofVirtual().name("stream-keep-alive").start(() -> stream.keepAlive(SILENCE_MAX));
                    }
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
