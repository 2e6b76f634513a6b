package org.unfoldingword.broker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.unfoldingword.broker.http.RawServer;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.LaneHandler;
import org.unfoldingword.broker.lane.LaneWorker;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Redrive;
import org.unfoldingword.broker.lane.TestMessage;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Telemetry;
import org.unfoldingword.broker.telemetry.Traces;

/** Each row of "what happens when" that concerns the worker: a real Redis, a real lane, a worker made of a socket. */
class DispatchHeadTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String OK =
            "HTTP/1.1 200 OK\r\n\r\ndata: {\"type\":\"complete\",\"response\":{\"responses\":[\"ok\"]}}\n\n";
    private static final String OK_AT_ONCE = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"responses\":[\"ok\"]}";

    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
    private final CircuitBreaker circuit = CircuitBreaker.of(
            "worker",
            CircuitBreakerConfig.custom()
                    .slidingWindowSize(2)
                    .minimumNumberOfCalls(2)
                    .waitDurationInOpenState(Duration.ofMillis(200))
                    .automaticTransitionFromOpenToHalfOpenEnabled(true)
                    .permittedNumberOfCallsInHalfOpenState(1)
                    .build());
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final LaneFixture lane = new LaneFixture(Map.of("broker.lane.lease", "1s"));
    private final Lanes lanes = lane.lanes();

    /** The worker has a call. */
    private final CountDownLatch called = new CountDownLatch(1);
    /** It may answer. */
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Answers once it may. */
    private final RawServer.Manners held = (out, socket) -> {
        called.countDown();
        goOn.await();
        RawServer.write(out, OK);
    };

    /** Never answers. */
    private final RawServer.Manners hanging = (out, socket) -> {
        called.countDown();
        new CountDownLatch(1).await();
    };

    @AfterEach
    void close() {
        lane.close();
        deadlines.shutdownNow();
    }

    @Test
    void keepsThePlaceWhileTheWorkerIsBusy() throws Exception {
        int[] calls = {0};
        try (RawServer worker = RawServer.answering((out, socket) -> RawServer.write(
                out,
                ++calls[0] <= 2
                        ? "HTTP/1.1 429 X\r\nContent-Length: 64\r\n\r\n"
                                + "{\"code\":\"CONCURRENT_REQUEST_REJECTED\",\"retry_after_ms\":1,\"a\":11}"
                        : OK))) {
            MessageId one = append("one");
            MessageId two = append("two");
            run(worker, Map.of(), () -> await(two, MessageState.COMPLETED));
            assertThat(found(one).record().attempts()).isEqualTo(3);
            assertThat(found(two).record().attempts()).isEqualTo(1);
            assertThat(worker.requests().stream().map(request -> request.replaceAll("(?s).*\r\n\r\n", "")))
                    .containsExactly("one", "one", "one", "two");
        }
    }

    @Test
    void triesAFailingWorkerAFewTimesThenDeadLetters() throws Exception {
        try (RawServer worker =
                RawServer.saying("HTTP/1.1 500 X\r\nContent-Length: 33\r\n\r\n{\"error\":\"Internal server error\"}")) {
            MessageId one = append("one");
            run(worker, Map.of("broker.dispatch.failures-max", "3"), () -> await(one, MessageState.FAILED));
            assertThat(worker.requests()).hasSize(3);
            assertThat(found(one).record().error().orElseThrow().code()).isEqualTo("worker_failed");
            assertThat(lanes.totals().deadMessages()).isEqualTo(1);
        }
    }

    @Test
    void failsACallOfUnknownEndAndGoesOnCarefully() throws Exception {
        int[] calls = {0};
        try (RawServer worker = RawServer.answering((out, socket) -> {
            if (++calls[0] == 1) {
                socket.setSoLinger(true, 0);
            } else {
                RawServer.write(out, OK_AT_ONCE);
            }
        })) {
            MessageId one = append("one");
            MessageId two = append("two");
            run(worker, Map.of(), () -> await(two, MessageState.COMPLETED));
            assertThat(found(one).record().error().orElseThrow().code()).isEqualTo("worker_timeout");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat/stream ");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat HTTP");
        }
    }

    @Test
    void repeatsACallOfUnknownEndAFewTimesWhereThatIsWanted() throws Exception {
        try (RawServer worker = RawServer.answering((out, socket) -> socket.setSoLinger(true, 0))) {
            MessageId one = append("one");
            run(
                    worker,
                    Map.of("broker.dispatch.retry-unknown", "true", "broker.dispatch.failures-max", "2"),
                    () -> await(one, MessageState.FAILED));
            assertThat(found(one).record().error().orElseThrow().code()).isEqualTo("worker_timeout");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat/stream ");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat HTTP");
            assertThat(worker.requests()).isEmpty();
        }
    }

    /** What stands before the worker gave up on the call; the turn may go on behind it. The next call was made without care. */
    @Test
    void goesOnCarefullyAfterAFailureThatIsNotTheWorkersOwnWord() throws Exception {
        int[] calls = {0};
        try (RawServer worker = RawServer.answering((out, socket) -> RawServer.write(
                out,
                ++calls[0] == 1
                        ? "HTTP/1.1 504 X\r\nContent-Length: 15\r\n\r\n<html>504</html"
                        : calls[0] == 2
                                ? "HTTP/1.1 502 X\r\nContent-Length: 15\r\n\r\n<html>502</html"
                                : OK_AT_ONCE))) {
            MessageId one = append("one");
            run(worker, Map.of(), () -> await(one, MessageState.COMPLETED));
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat/stream ");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat HTTP");
            assertThat(worker.requests().take()).startsWith("POST /api/v1/chat HTTP");
        }
    }

    @Test
    void failsAtOnceWhatTheWorkerWillNeverAccept() throws Exception {
        try (RawServer worker =
                RawServer.saying("HTTP/1.1 400 X\r\nContent-Length: 31\r\n\r\n{\"error\":\"user_id is required\"} ")) {
            MessageId one = append("one");
            run(worker, Map.of(), () -> await(one, MessageState.FAILED));
            assertThat(worker.requests()).hasSize(1);
            assertThat(found(one).record().error().orElseThrow().message()).isEqualTo("400  user_id is required");
        }
    }

    @Test
    void keepsTheLeaseOfACallThatOutlastsIt() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            MessageId one = append("one");
            run(worker, Map.of(), () -> {
                // More than three leases of a second: only the keeper can have kept it.
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> found(one)
                        .at()
                        .isAfter(found(one)
                                .record()
                                .startedAt()
                                .orElse(found(one).at())
                                .plusSeconds(4)));
                goOn.countDown();
                await(one, MessageState.COMPLETED);
            });
            assertThat(found(one).record().attempts()).isEqualTo(1);
            assertThat(worker.requests()).hasSize(1);
        }
    }

    @Test
    void endsAMessageThatWaitedTooLongWithoutCallingTheWorker() throws Exception {
        try (RawServer worker = RawServer.saying(OK)) {
            MessageId late = TestMessage.to(ANN, "late")
                    .expiringAt(Instant.EPOCH.plusMillis(1))
                    .appendTo(lanes);
            run(worker, Map.of(), () -> await(late, MessageState.EXPIRED));
            assertThat(worker.requests()).isEmpty();
        }
    }

    @Test
    void failsAsPoisonWhatNoDispatcherCameBackFrom() throws Exception {
        try (RawServer worker = RawServer.saying(OK_AT_ONCE)) {
            MessageId poison = append("poison");
            MessageId next = append("next");
            for (int taken = 1; taken <= 3; taken++) {
                loseDispatcher();
            }

            run(worker, Map.of("broker.dispatch.deliveries-max", "3"), () -> await(next, MessageState.COMPLETED));

            MessageRecord record = found(poison).record();
            assertThat(record.state()).isEqualTo(MessageState.FAILED);
            assertThat(record.error().orElseThrow().code()).isEqualTo("poison_message");
            assertThat(record.error().orElseThrow().message()).startsWith("3 dispatchers");
            assertThat(lanes.totals().deadMessages()).isEqualTo(1);
            assertOnlyCalledCarefully(worker, "next");
        }
    }

    @Test
    void repeatsWhatOneDispatcherFewerDidNotComeBackFrom() throws Exception {
        try (RawServer worker = RawServer.saying(OK_AT_ONCE)) {
            MessageId one = append("one");
            for (int taken = 1; taken <= 2; taken++) {
                loseDispatcher();
            }

            run(worker, Map.of("broker.dispatch.deliveries-max", "3"), () -> await(one, MessageState.COMPLETED));

            assertThat(found(one).record().lapses()).isEqualTo(2);
            assertOnlyCalledCarefully(worker, "one");
        }
    }

    @Test
    void failsAtOnceWhatADispatcherDidNotComeBackFromIfItIsNotToBeRepeated() throws Exception {
        try (RawServer worker = RawServer.saying(OK_AT_ONCE)) {
            MessageId lost = append("lost");
            MessageId next = append("next");
            loseDispatcher();

            run(worker, Map.of("broker.dispatch.repeat-lapsed", "false"), () -> await(next, MessageState.COMPLETED));

            MessageRecord record = found(lost).record();
            assertThat(record.state()).isEqualTo(MessageState.FAILED);
            assertThat(record.error().orElseThrow().code()).isEqualTo("dispatcher_lost");
            assertOnlyCalledCarefully(worker, "next");
        }
    }

    @Test
    void letsACallFinishWhenItIsStopped() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            MessageId one = append("one");
            MessageId two = append("two");
            LaneWorker dispatcher = dispatcher(worker, Map.of());
            dispatcher.start();
            called.await();
            Thread stopping = Thread.startVirtualThread(() -> dispatcher.stop(Duration.ofSeconds(20)));
            // It takes no more, and waits for what runs.
            Awaitility.await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
            goOn.countDown();
            stopping.join();
            assertThat(found(one).record().state()).isEqualTo(MessageState.COMPLETED);
            assertThat(found(two).record().state()).isEqualTo(MessageState.QUEUED);
        }
    }

    @Test
    void givesBackWhatIsNotDoneWithinTheGrace() throws Exception {
        try (RawServer worker = RawServer.answering(hanging)) {
            MessageId one = append("one");
            LaneWorker dispatcher = dispatcher(worker, Map.of());
            dispatcher.start();
            called.await();
            dispatcher.stop(Duration.ZERO);
            assertThat(found(one).record().state()).isEqualTo(MessageState.QUEUED);
            assertThat(found(one).record().attempts()).isZero();
            assertThat(lanes.totals().running()).isZero();
        }
    }

    /** The acceptance of its first life was measured as a wait of a day, and the alarm for long waits went off. */
    @Test
    void measuresARedrivenMessageFromItsRedrive() throws Exception {
        try (RawServer worker = RawServer.saying("HTTP/1.1 400 X\r\nContent-Length: 14\r\n\r\n{\"error\":\"no\"}")) {
            MessageId one = append("one");
            run(worker, Map.of(), () -> await(one, MessageState.FAILED));
            lane.age(one, Duration.ofDays(1));
            lane.operations().redrive(Lane.MESSAGES, one, Redrive.Position.HEAD, /* dryRun= */ false);
            run(worker, Map.of(), () -> Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> measured(Meters.WAIT).count() == 2));

            assertThat(measured(Meters.WAIT).totalTime(TimeUnit.HOURS)).isLessThan(1);
            assertThat(measured(Meters.DURATION).totalTime(TimeUnit.HOURS)).isLessThan(1);
        }
    }

    /** Both the dispatcher that was stopped and the next one told how long it had waited. */
    @Test
    void measuresAMessageThatWasGivenBackOnce() throws Exception {
        int[] calls = {0};
        try (RawServer worker = RawServer.answering((out, socket) -> {
            if (++calls[0] == 1) {
                called.countDown();
                new CountDownLatch(1).await();
            }
            RawServer.write(out, OK_AT_ONCE);
        })) {
            MessageId one = append("one");
            LaneWorker stopped = dispatcher(worker, Map.of());
            stopped.start();
            called.await();
            stopped.stop(Duration.ZERO);
            assertThat(found(one).record().state()).isEqualTo(MessageState.QUEUED);
            run(worker, Map.of(), () -> await(one, MessageState.COMPLETED));

            assertThat(measured(Meters.WAIT).count()).isEqualTo(1);
            assertThat(measured(Meters.DURATION).count()).isEqualTo(1);
        }
    }

    /** Its end was measured before it was known that it did not stand. */
    @Test
    void measuresNothingOfAMessageThatItLost() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            append("one");
            run(worker, Map.of(), () -> {
                awaitUninterruptibly(called);
                assertThat(lane.operations()
                                .erase("acme", "ann", /* dryRun= */ false)
                                .running())
                        .isEqualTo(1);
                goOn.countDown();
            });
            assertThat(worker.requests()).hasSize(1);
            assertThat(meters.find(Meters.DURATION.id()).timers()).isEmpty();
        }
    }

    @Test
    void pausesWhileTheWorkerIsDownAndBurnsNoAttempts() throws Exception {
        String url;
        try (RawServer gone = RawServer.answering((out, socket) -> {})) {
            url = gone.url();
        }
        for (int user = 0; user < 50; user++) {
            append(Conversation.ofUser("acme", "u" + user), "x");
        }
        MessageId last = append("last");
        LaneWorker dispatcher = dispatcher(
                url,
                Map.of(
                        "broker.dispatch.backoff-first",
                        "60s",
                        "broker.dispatch.backoff-max",
                        "60s",
                        "broker.dispatch.concurrency",
                        "1"));
        dispatcher.start();
        Awaitility.await().until(() -> circuit.getState() != CircuitBreaker.State.CLOSED);
        dispatcher.stop(Duration.ofSeconds(5));
        assertThat(lanes.totals().failed()).isZero();
        assertThat(lanes.totals().unfinished()).isEqualTo(51);
        assertThat(found(last).record().state()).isIn(MessageState.QUEUED, MessageState.RETRYING);
    }

    /**
     * A call that threw, as one whose body could not be read to its end, kept the only permit of a circuit that probes: the
     * dispatcher gave everything back from then on, until it was restarted.
     */
    @Test
    void probesAgainAfterACallThatThrew() throws Exception {
        WorkerClient broken = client("http://127.0.0.1:1");
        broken.close();
        circuit.transitionToOpenState();
        circuit.transitionToHalfOpenState();
        MessageId one = append("one");
        LaneWorker dispatcher = dispatcher(broken, Map.of("broker.dispatch.deliveries-max", "3"));
        dispatcher.start();
        try {
            await(one, MessageState.FAILED);
        } finally {
            dispatcher.stop(Duration.ofSeconds(5));
        }
        assertThat(found(one).record().error().orElseThrow().code()).isEqualTo("internal_error");
        assertThat(found(one).record().attempts()).isEqualTo(3);
        assertThat(circuit.tryAcquirePermission()).isTrue();
    }

    /** While one call probed for minutes, all that waited was claimed and given back, one after the other. */
    @Test
    void takesNothingElseWhileItProbes() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            circuit.transitionToOpenState();
            circuit.transitionToHalfOpenState();
            MessageId[] ids = {
                append(Conversation.ofUser("acme", "one"), "one"), append(Conversation.ofUser("acme", "two"), "two")
            };
            run(worker, Map.of(), () -> {
                awaitUninterruptibly(called);
                // Long enough for the feeder to come round: the probe's lease of a second was extended.
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> Stream.of(ids).map(this::found).anyMatch(found -> found.record()
                                .startedAt()
                                .filter(at -> found.at().isAfter(at.plusSeconds(2)))
                                .isPresent()));
                assertThat(ids)
                        .as("given back for a while")
                        .noneMatch(id -> found(id).record().nextAttemptAt().isPresent());
                goOn.countDown();
                Stream.of(ids).forEach(id -> await(id, MessageState.COMPLETED));
            });
        }
    }

    /** The body of a large message could not be had while Redis was away; after some busy answers that made it a dead letter. */
    @Test
    void doesNotHoldAnAbsentStoreAgainstAMessage() throws Exception {
        try (RawServer worker = RawServer.saying(OK_AT_ONCE)) {
            MessageId one = append("one");
            DispatchHead head = head(client(worker.url()), bound(Map.of("broker.dispatch.deliveries-max", "1")));
            int[] faults = {0};
            LaneWorker dispatcher = dispatcher(1, new LaneHandler() {
                @Override
                public Verdict handle(Held held) {
                    if (++faults[0] <= 2) {
                        throw LaneFixture.storeAway();
                    }
                    return head.handle(held);
                }

                @Override
                public Verdict afterFault(Held held, RuntimeException fault) {
                    return head.afterFault(held, fault);
                }
            });
            dispatcher.start();
            try {
                await(one, MessageState.COMPLETED);
            } finally {
                dispatcher.stop(Duration.ofSeconds(5));
            }
        }
    }

    /** A probe that was broken off by us counted as answered, and closed the circuit of a worker that was dead. */
    @Test
    void learnsNothingFromACallThatItBrokeOff() throws Exception {
        try (RawServer worker = RawServer.answering(hanging)) {
            circuit.transitionToOpenState();
            circuit.transitionToHalfOpenState();
            append("one");
            LaneWorker dispatcher = dispatcher(worker, Map.of());
            dispatcher.start();
            called.await();
            dispatcher.stop(Duration.ZERO);
            assertThat(circuit.getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
            assertThat(circuit.tryAcquirePermission()).isTrue();
        }
    }

    @Test
    void learnsNothingFromACallThatHadNoPlace() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            MessageId[] ids = {
                append(Conversation.ofUser("acme", "one"), "one"), append(Conversation.ofUser("acme", "two"), "two")
            };
            LaneWorker dispatcher = dispatcher(client(worker.url(), /* callsMax= */ 1), Map.of());
            dispatcher.start();
            try {
                Awaitility.await().until(() -> Stream.of(ids)
                        .anyMatch(id -> found(id).record().state() == MessageState.RETRYING));
                assertThat(circuit.getMetrics().getNumberOfBufferedCalls()).isZero();
                goOn.countDown();
                await(ids[0], MessageState.COMPLETED);
                await(ids[1], MessageState.COMPLETED);
            } finally {
                dispatcher.stop(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void givesAnOrgNoMoreThanItsShareOfThePlaces() throws Exception {
        try (RawServer worker = RawServer.answering(held)) {
            List<MessageId> ids = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ids.add(append(Conversation.ofUser("flood", "user-" + i), "flood"));
            }
            for (int i = 0; i < 2; i++) {
                ids.add(append(Conversation.ofUser("small", "user-" + i), "small"));
            }
            run(worker, Map.of("broker.dispatch.concurrency-per-org", "2"), () -> {
                Awaitility.await().until(() -> called(worker, "small") == 2);
                assertThat(called(worker, "flood")).isEqualTo(2);
                goOn.countDown();
                ids.forEach(id -> await(id, MessageState.COMPLETED));
            });
        }
    }

    /** It takes the head, and its lease runs out. */
    private void loseDispatcher() {
        lane.take();
        lane.makeDue(ANN);
    }

    /** What a dispatcher began that did not come back may still be running. */
    private static void assertOnlyCalledCarefully(RawServer worker, String body) {
        assertThat(worker.requests())
                .singleElement()
                .asString()
                .startsWith("POST /api/v1/chat HTTP")
                .endsWith("\r\n\r\n" + body);
    }

    private Timer measured(Meters meter) {
        return meters.get(meter.id()).timer();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static long called(RawServer worker, String body) {
        return worker.requests().stream()
                .filter(request -> request.endsWith("\r\n\r\n" + body))
                .count();
    }

    private void run(RawServer worker, Map<String, String> settings, Runnable during) {
        LaneWorker dispatcher = dispatcher(worker, settings);
        dispatcher.start();
        try {
            during.run();
        } finally {
            dispatcher.stop(Duration.ofSeconds(5));
        }
    }

    private LaneWorker dispatcher(RawServer worker, Map<String, String> settings) {
        return dispatcher(worker.url(), settings);
    }

    private LaneWorker dispatcher(String url, Map<String, String> settings) {
        return dispatcher(client(url), settings);
    }

    private WorkerClient client(String url) {
        return client(url, /* callsMax= */ 10);
    }

    private WorkerClient client(String url, int callsMax) {
        WorkerProperties worker = bind("broker.worker", WorkerProperties.class, Map.of("broker.worker.base-url", url));
        return new WorkerClient(worker, callsMax, InstantSource.system(), deadlines);
    }

    private LaneWorker dispatcher(WorkerClient client, Map<String, String> settings) {
        DispatchProperties properties = bound(settings);
        return dispatcher(properties.concurrency(), head(client, properties));
    }

    private LaneWorker dispatcher(int places, LaneHandler handler) {
        return new LaneWorker(
                lanes, Lane.MESSAGES, "dispatcher-test", places, handler, System::nanoTime, new SimpleMeterRegistry());
    }

    private DispatchHead head(WorkerClient client, DispatchProperties properties) {
        return new DispatchHead(
                properties,
                client,
                new WorkerCircuit(circuit),
                new Backoff(properties.backoffFirst(), properties.backoffMax(), RandomGenerator.getDefault()),
                System::nanoTime,
                new Telemetry(meters, Traces.off()));
    }

    private static DispatchProperties bound(Map<String, String> settings) {
        Map<String, String> quick = new HashMap<>(Map.of("broker.dispatch.backoff-first", "2ms"));
        quick.putAll(settings);
        return bind("broker.dispatch", DispatchProperties.class, quick);
    }

    private MessageId append(String text) {
        return append(ANN, text);
    }

    private MessageId append(Conversation conversation, String text) {
        return TestMessage.to(conversation, text).appendTo(lanes);
    }

    private Found found(MessageId id) {
        return lanes.find(id, Watching.NOTHING).orElseThrow();
    }

    private void await(MessageId id, MessageState state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(found(id).record().state()).isEqualTo(state));
    }

    private static <T> T bind(String prefix, Class<T> type, Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate(prefix, type);
    }
}
