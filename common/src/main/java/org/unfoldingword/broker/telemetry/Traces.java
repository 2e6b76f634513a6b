package org.unfoldingword.broker.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One trace a message, as W3C Trace Context: the client's, or one that begins here. Its steps are the acceptance, the wait in the
 * queue, each attempt and each callback. What comes after the queue is a child of the acceptance, and linked to it, since it may
 * run long after it and in another process.
 *
 * <p>Where traces are off, nothing is made or kept, and the client's own context is passed on to the worker and the callback.
 * Never content: a step tells ids, numbers and outcomes. Safe for threads.
 */
public final class Traces {

    /** The header that carries a step to the next process. */
    public static final String HEADER = "traceparent";

    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");

    private static final TextMapGetter<Map<String, String>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    private final Optional<Tracer> tracer;

    private Traces(Optional<Tracer> tracer) {
        this.tracer = tracer;
    }

    /** None are made. */
    public static Traces off() {
        return new Traces(Optional.empty());
    }

    static Traces by(Tracer tracer) {
        return new Traces(Optional.of(tracer));
    }

    /**
     * A message is taken in.
     *
     * @param traceparent as the client sent it; what is none is left aside
     */
    public Step accept(Object messageId, Optional<String> traceparent) {
        Optional<String> sent =
                traceparent.filter(text -> TRACEPARENT.matcher(text).matches());
        if (tracer.isEmpty()) {
            return new Step(Span.getInvalid(), sent);
        }
        Context parent = context(sent);
        return new Step(
                tracer.get()
                        .spanBuilder("accept message")
                        .setParent(parent)
                        .setSpanKind(SpanKind.PRODUCER)
                        .setAttribute(MESSAGE_ID, messageId.toString())
                        .startSpan(),
                sent);
    }

    /** The time that a message has waited for its first attempt, told once it is over. */
    public void waited(Object messageId, Optional<String> accepted, Instant from, Instant to) {
        tracer.ifPresent(spans -> linked(spans, "wait in queue", SpanKind.INTERNAL, messageId, accepted)
                .setStartTimestamp(from.toEpochMilli(), TimeUnit.MILLISECONDS)
                .startSpan()
                .end(to.toEpochMilli(), TimeUnit.MILLISECONDS));
    }

    /**
     * A message, or its result, is handed to another server.
     *
     * @param what such as {@code call worker}
     * @param accepted what {@link Step#traceparent()} said of the acceptance
     */
    public Step call(String what, Object messageId, Optional<String> accepted) {
        return tracer.map(spans -> new Step(
                        linked(spans, what, SpanKind.CLIENT, messageId, accepted)
                                .startSpan(),
                        accepted))
                .orElseGet(() -> new Step(Span.getInvalid(), accepted));
    }

    private static SpanBuilder linked(
            Tracer spans, String name, SpanKind kind, Object messageId, Optional<String> accepted) {
        Context parent = context(accepted);
        SpanBuilder span = spans.spanBuilder(name)
                .setParent(parent)
                .setSpanKind(kind)
                .setAttribute(MESSAGE_ID, messageId.toString());
        SpanContext link = Span.fromContext(parent).getSpanContext();
        return link.isValid() ? span.addLink(link) : span;
    }

    private static Context context(Optional<String> traceparent) {
        return traceparent
                .map(text ->
                        W3CTraceContextPropagator.getInstance().extract(Context.root(), Map.of(HEADER, text), HEADERS))
                .orElse(Context.root());
    }

    /** A step of a message's trace, under way; closing it ends it. */
    public static final class Step implements AutoCloseable {

        private final Span span;
        private final Optional<String> otherwise;

        private Step(Span span, Optional<String> otherwise) {
            this.span = span;
            this.otherwise = otherwise;
        }

        /** What the next process is to get; empty if there is nothing to tell. */
        public Optional<String> traceparent() {
            SpanContext context = span.getSpanContext();
            if (!context.isValid()) {
                return otherwise;
            }
            return Optional.of("00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                    + context.getTraceFlags().asHex());
        }

        /** As a header, or none. */
        public Map<String, String> header() {
            return traceparent().map(text -> Map.of(HEADER, text)).orElse(Map.of());
        }

        /**
         * How it went.
         *
         * @param outcome a word
         * @param good false marks the step as failed
         */
        public void ended(int attempt, String outcome, boolean good) {
            span.setAttribute("broker.attempt", attempt);
            span.setAttribute("broker.outcome", outcome);
            if (!good) {
                span.setStatus(StatusCode.ERROR, outcome);
            }
        }

        @Override
        public void close() {
            span.end();
        }
    }
}
