package org.unfoldingword.broker.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;
import org.unfoldingword.broker.http.RawServer;
import org.unfoldingword.broker.lane.MessageRecord.WorkerError;
import org.unfoldingword.broker.lane.Payload;

/** Each row of what a worker may do to a call, with real sockets and the worker's recorded words. */
class WorkerClientTest {

    private static final String RESPONSE =
            "{\"responses\":[\"Hi \u00e9\"], \"response_language\":\"en\",\"voice_audio_base64\":null,\"voice_audio_url\":null}";
    private static final String COMPLETE = "{\"type\":\"complete\",\"response\":" + RESPONSE + "}";
    private static final String SSE = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
    private final List<String> frames = new ArrayList<>();

    @AfterEach
    void close() {
        deadlines.shutdownNow();
    }

    @Test
    void answersWithTheBytesOfTheCompleteFrame() throws Exception {
        try (RawServer worker =
                RawServer.saying(SSE + "data: {\"type\":\"status\",\"message\":\"m\"}\n\ndata: " + COMPLETE + "\n\n")) {
            assertThat(call(worker.url(), Endpoint.STREAM))
                    .isInstanceOfSatisfying(
                            WorkerOutcome.Answered.class, answered -> assertThat(new String(answered.response(), UTF_8))
                                    .isEqualTo(RESPONSE));
            assertThat(frames).containsExactly("{\"type\":\"status\",\"message\":\"m\"}", COMPLETE);
            assertThat(worker.requests().take())
                    .startsWith("POST /api/v1/chat/stream HTTP/1.1\r\n")
                    .contains("Authorization: Bearer secret\r\n")
                    .contains("traceparent: 00-1\r\n")
                    .doesNotContainIgnoringCase("accept-encoding")
                    .endsWith("\r\n\r\n{\"message\":\"hello\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data:%s\n\n",
                "event: x\nid: 7\ndata: %s\n\n",
                ": comment\n\n: another\nretry: 5\ndata: %s\r\n\r\n",
                "data: {\"type\":\"keepalive\"}\r\rdata: %s\r\r"
            })
    void understandsEveryDialectOfEventStreams(String dialect) throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> drip(out, SSE + dialect.formatted(COMPLETE)))) {
            assertThat(call(worker.url(), Endpoint.STREAM)).isInstanceOf(WorkerOutcome.Answered.class);
        }
    }

    @Test
    void tellsATurnThatFailed() throws Exception {
        assertThat(streamed("data: {\"type\":\"error\",\"error\":\"Message is required\"}\n\n"))
                .isEqualTo(
                        new WorkerOutcome.TurnFailed("worker_failed", new WorkerError(200, "Message is required", "")));
    }

    @Test
    void doesNotKnowTheEndOfAStreamWithoutATerminalFrame() throws Exception {
        assertThat(streamed("data: {\"type\":\"progress\",\"text\":\"Let \"}\n\n"))
                .isEqualTo(new WorkerOutcome.Unknown("the stream ended without complete or error"));
    }

    @Test
    void doesNotTakeACompleteWithoutResponsesForAnAnswer() throws Exception {
        assertThat(streamed("data: {\"type\":\"complete\",\"response\":{\"responses\":\"text\"}}\n\n"))
                .isInstanceOf(WorkerOutcome.Garbled.class);
        assertThat(streamed("data: {\"type\":\"complete\"}\n\n")).isInstanceOf(WorkerOutcome.Garbled.class);
    }

    @Test
    void cutsAWorkerThatStreamsWithoutEnd() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE);
            while (true) {
                RawServer.write(out, "data: " + "more ".repeat(100) + "\n\n");
            }
        })) {
            assertThat(call(worker.url(), Endpoint.STREAM)).isEqualTo(new WorkerOutcome.TooLong("65536 bytes"));
        }
    }

    @Test
    void cutsAWorkerThatSaysTooManySmallThings() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE);
            while (true) {
                RawServer.write(out, "data: more\n\n");
            }
        })) {
            assertThat(call(worker.url(), Endpoint.STREAM)).isEqualTo(new WorkerOutcome.TooLong("1000 frames"));
            assertThat(frames).hasSize(1000);
        }
    }

    @Test
    void givesUpOnSilence() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE + "data: {\"type\":\"keepalive\"}\n\n");
            new CountDownLatch(1).await();
        })) {
            WorkerProperties impatient = properties(worker.url(), Duration.ofSeconds(30), Duration.ofMillis(200));
            assertThat(call(impatient, Endpoint.STREAM)).isInstanceOf(WorkerOutcome.Unknown.class);
        }
    }

    @Test
    void givesUpOnAStreamThatLivesForTooLong() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE);
            while (!socket.isClosed()) {
                RawServer.write(out, ": still here\n");
                socket.setSoTimeout(20);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return;
                    }
                } catch (java.net.SocketTimeoutException stillConnected) {
                    RawServer.write(out, ": and on\n");
                }
            }
        })) {
            WorkerProperties impatient = properties(worker.url(), Duration.ofMillis(300), Duration.ofMillis(300));
            assertThat(call(impatient, Endpoint.STREAM)).isEqualTo(new WorkerOutcome.Unknown("no end within 0.3 s"));
        }
    }

    /** An operator, and a gateway, read this. */
    @Test
    void saysForHowLongAStreamWasSilent() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE);
            new CountDownLatch(1).await();
        })) {
            WorkerProperties impatient = properties(worker.url(), Duration.ofMinutes(5), Duration.ofMillis(200));
            assertThat(call(impatient, Endpoint.STREAM)).isEqualTo(new WorkerOutcome.Unknown("nothing came for 0.2 s"));
        }
    }

    @Test
    void tellsARefusedConnectionFromACallOfUnknownEnd() throws Exception {
        String nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = "http://127.0.0.1:" + free.getLocalPort();
        }
        assertThat(call(nobody, Endpoint.STREAM)).isInstanceOf(WorkerOutcome.Unreached.class);
        try (RawServer worker = RawServer.answering((out, socket) -> socket.setSoLinger(true, 0))) {
            assertThat(call(worker.url(), Endpoint.STREAM)).isInstanceOf(WorkerOutcome.Unknown.class);
        }
    }

    @Test
    void isBrokenOffAtOnceFromOutside() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> {
            RawServer.write(out, SSE + "data: {\"type\":\"progress\",\"text\":\"Let \"}\n\n");
            new CountDownLatch(1).await();
        })) {
            WorkerCall call = new WorkerCall(Endpoint.STREAM, body(), Map.of());
            WorkerProperties patient = properties(worker.url(), Duration.ofMinutes(5), Duration.ofMinutes(5));
            try (WorkerClient client = client(patient)) {
                assertThat(client.call(call, frame -> call.abort())).isEqualTo(new WorkerOutcome.Aborted());
            }
        }
    }

    @Test
    void isBrokenOffBeforeItHasBegun() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> new CountDownLatch(1).await())) {
            WorkerCall call = new WorkerCall(Endpoint.STREAM, body(), Map.of());
            call.abort();
            WorkerProperties patient = properties(worker.url(), Duration.ofMinutes(5), Duration.ofMinutes(5));
            try (WorkerClient client = client(patient)) {
                assertThat(client.call(call, frame -> {})).isEqualTo(new WorkerOutcome.Aborted());
            }
        }
    }

    @Test
    void callsNoMoreAtATimeThanItHasPlaces() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> new CountDownLatch(1).await());
                WorkerClient client = client(properties(worker.url(), Duration.ofMinutes(5), Duration.ofMinutes(5)))) {
            List<WorkerCall> calls = Stream.generate(() -> new WorkerCall(Endpoint.STREAM, body(), Map.of()))
                    .limit(4)
                    .toList();
            List<Thread> callers = calls.stream()
                    .map(call -> Thread.startVirtualThread(() -> client.call(call, frame -> {})))
                    .toList();
            for (int i = 0; i < calls.size(); i++) {
                worker.requests().take();
            }

            assertThat(client.call(new WorkerCall(Endpoint.STREAM, body(), Map.of()), frame -> {}))
                    .isEqualTo(new WorkerOutcome.Busy("BULKHEAD_FULL", Optional.empty()));

            calls.forEach(WorkerCall::abort);
            for (Thread caller : callers) {
                caller.join();
            }
            WorkerCall next = new WorkerCall(Endpoint.STREAM, body(), Map.of());
            next.abort();
            assertThat(client.call(next, frame -> {})).isEqualTo(new WorkerOutcome.Aborted());
        }
    }

    @Test
    void decidesA429ByItsCode() {
        assertThat(refused(
                        429,
                        "{\"error\":\"Request in progress\",\"code\":\"CONCURRENT_REQUEST_REJECTED\",\"message\":\"m\","
                                + "\"retry_after_ms\":5000}",
                        Optional.of("7")))
                .isEqualTo(new WorkerOutcome.Busy("CONCURRENT_REQUEST_REJECTED", Optional.of(Duration.ofSeconds(5))));
        assertThat(refused(429, "{\"error\":\"e\",\"code\":\"RATE_LIMIT_EXCEEDED\"}", Optional.of("10")))
                .isEqualTo(new WorkerOutcome.Busy("RATE_LIMIT_EXCEEDED", Optional.of(Duration.ofSeconds(10))));
        assertThat(refused(
                        429,
                        "{\"error\":\"e\",\"code\":\"MCP_CALL_LIMIT_EXCEEDED\",\"message\":\"m\"}",
                        Optional.empty()))
                .isEqualTo(new WorkerOutcome.TurnFailed(
                        "MCP_CALL_LIMIT_EXCEEDED",
                        new WorkerError(
                                429, "m", "{\"error\":\"e\",\"code\":\"MCP_CALL_LIMIT_EXCEEDED\",\"message\":\"m\"}")));
    }

    @Test
    void sortsTheOtherStatuses() {
        assertThat(refused(503, "<html>", Optional.of("3")))
                .isEqualTo(new WorkerOutcome.Busy("HTTP_503", Optional.of(Duration.ofSeconds(3))));
        assertThat(refused(
                        502,
                        "{\"error\":\"ClaudeAPIError\",\"code\":\"CLAUDE_API_ERROR\",\"message\":\"529\"}",
                        Optional.empty()))
                .isEqualTo(new WorkerOutcome.Failed(
                        502,
                        "CLAUDE_API_ERROR",
                        /* own= */ true,
                        new WorkerError(
                                502,
                                "529",
                                "{\"error\":\"ClaudeAPIError\",\"code\":\"CLAUDE_API_ERROR\",\"message\":\"529\"}")));
        assertThat(refused(504, "{\"message\":\"Endpoint request timed out\"}", Optional.empty()))
                .as("what stands before the worker")
                .isInstanceOfSatisfying(WorkerOutcome.Failed.class, failed -> assertThat(failed.own())
                        .isFalse());
        assertThat(refused(400, "{\"error\":\"user_id is required\"}", Optional.empty()))
                .isEqualTo(new WorkerOutcome.Refused(
                        400, "", new WorkerError(400, "user_id is required", "{\"error\":\"user_id is required\"}")));
        assertThat(refused(302, "", Optional.empty())).isInstanceOf(WorkerOutcome.Garbled.class);
    }

    @Test
    void readsTheAnswerOfTheEndpointThatAnswersAtOnce() throws Exception {
        int length = RESPONSE.getBytes(UTF_8).length;
        try (RawServer worker = RawServer.answering((out, socket) ->
                RawServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + RESPONSE))) {
            assertThat(call(worker.url(), Endpoint.CHAT)).isInstanceOf(WorkerOutcome.Answered.class);
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat HTTP/1.1\r\n");
        }
    }

    private WorkerOutcome streamed(String events) throws IOException {
        try (RawServer worker = RawServer.saying(SSE + events)) {
            return call(worker.url(), Endpoint.STREAM);
        }
    }

    private static void drip(java.io.OutputStream out, String text) throws IOException {
        for (byte b : text.getBytes(UTF_8)) {
            out.write(b);
        }
    }

    private static WorkerOutcome refused(int status, String body, Optional<String> retryAfter) {
        return WorkerReply.refused(status, body.getBytes(UTF_8), retryAfter, Instant.EPOCH);
    }

    private WorkerOutcome call(String url, Endpoint endpoint) throws IOException {
        return call(properties(url, Duration.ofSeconds(30), Duration.ofSeconds(30)), endpoint);
    }

    private WorkerOutcome call(WorkerProperties properties, Endpoint endpoint) throws IOException {
        try (WorkerClient client = client(properties)) {
            return client.call(
                    new WorkerCall(endpoint, body(), Map.of("traceparent", "00-1")),
                    frame -> frames.add(new String(frame, UTF_8)));
        }
    }

    private WorkerClient client(WorkerProperties properties) {
        return new WorkerClient(properties, 4, InstantSource.system(), deadlines);
    }

    private static Payload body() {
        return new Payload.Inline("{\"message\":\"hello\"}".getBytes(UTF_8));
    }

    private static WorkerProperties properties(String url, Duration timeout, Duration idle) {
        return new WorkerProperties(
                url,
                "secret",
                timeout,
                idle,
                Duration.ofSeconds(5),
                Endpoint.STREAM,
                DataSize.ofKilobytes(64),
                1000,
                "");
    }
}
