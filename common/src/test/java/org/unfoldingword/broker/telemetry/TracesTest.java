package org.unfoldingword.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TracesTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CLIENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private final Spans spans = new Spans();
    private final Traces on = Traces.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build()
            .get("test"));

    @Test
    void goesOnWithTheClientsTraceThroughTheQueue() {
        Optional<String> kept;
        try (Traces.Step accepted = on.accept("m-1", Optional.of(CLIENT))) {
            kept = accepted.traceparent();
        }
        on.waited("m-1", kept, Instant.ofEpochMilli(1_000), Instant.ofEpochMilli(3_000));
        try (Traces.Step call = on.call("call worker", "m-1", kept)) {
            assertThat(call.header().get("traceparent"))
                    .startsWith("00-" + TRACE + "-")
                    .isNotEqualTo(kept.get());
            call.ended(1, "answered", true);
        }

        assertThat(spans.seen)
                .extracting(SpanData::getName)
                .containsExactly("accept message", "wait in queue", "call worker");
        assertThat(spans.seen).extracting(SpanData::getTraceId).containsOnly(TRACE);
        SpanData acceptance = spans.seen.getFirst();
        assertThat(acceptance.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(spans.seen.subList(1, 3)).allSatisfy(span -> {
            assertThat(span.getParentSpanId()).isEqualTo(acceptance.getSpanId());
            assertThat(span.getLinks())
                    .extracting(LinkData::getSpanContext)
                    .extracting(context -> context.getSpanId())
                    .containsExactly(acceptance.getSpanId());
        });
        assertThat(spans.seen.get(1).getEndEpochNanos() - spans.seen.get(1).getStartEpochNanos())
                .isEqualTo(2_000_000_000L);
    }

    @Test
    void beginsATraceForAClientThatHasNone() {
        try (Traces.Step accepted = on.accept("m-1", Optional.of("no trace at all"))) {
            assertThat(accepted.traceparent().orElseThrow()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
        }
    }

    @Test
    void passesTheClientsContextOnWhereTracesAreOff() {
        Traces off = Traces.off();

        try (Traces.Step accepted = off.accept("m-1", Optional.of(CLIENT));
                Traces.Step call = off.call("call worker", "m-1", accepted.traceparent())) {
            assertThat(call.traceparent()).contains(CLIENT);
        }
        try (Traces.Step accepted = off.accept("m-1", Optional.of("garbage\u0001"))) {
            assertThat(accepted.traceparent()).isEmpty();
            assertThat(accepted.header()).isEmpty();
        }
    }

    private static final class Spans implements SpanExporter {
        private final List<SpanData> seen = new ArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> batch) {
            seen.addAll(batch);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
