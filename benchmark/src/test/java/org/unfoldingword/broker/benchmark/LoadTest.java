package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Json;

/** The load test finds what a broker does wrong; here the broker is a script that does it on purpose. */
class LoadTest {

    private static final int USERS = 3;
    private static final int EACH = 4;

    private final HttpClient http = HttpClient.newHttpClient();
    private LoopbackServer broker;

    @AfterEach
    void stop() {
        http.close();
        broker.close();
    }

    @Test
    void isContentWhenEachAnswerComesOnceAndInOrder() throws Exception {
        assertThat(faults(callingBack((number, call) -> call.callBack(number)))).isEmpty();
    }

    @Test
    void findsALostAnswer() throws Exception {
        Broker losing = callingBack((number, call) -> {
            if (number != 2) {
                call.callBack(number);
            }
        });
        assertThat(faults(LoadPlan.Mode.ASYNC, losing, Duration.ofSeconds(1))).containsExactly("answers lost = 3");
    }

    @Test
    void findsARepeatedAnswer() throws Exception {
        List<String> faults = faults(callingBack((number, call) -> {
            call.callBack(number);
            if (number == 2) {
                call.callBack(number);
            }
        }));
        assertThat(faults).containsExactly("answers repeated = 3");
    }

    @Test
    void findsAnswersOutOfOrder() throws Exception {
        List<String> faults = faults(callingBack((number, call) -> {
            if (number == 3) {
                call.callBack(3);
                call.callBack(2);
            } else if (number != 2) {
                call.callBack(number);
            }
        }));
        assertThat(faults).containsExactly("answers out of order = 3");
    }

    @Test
    void findsAMessageThatIsRefused() throws Exception {
        List<String> faults = faults((exchange, request) -> answer(exchange, 400, "{\"code\":\"invalid_field\"}"));
        assertThat(faults).containsExactly("not accepted = 12", "answers lost = 12");
    }

    @Test
    void findsAMessageThatFails() throws Exception {
        List<String> faults = faults(LoadPlan.Mode.SYNC, (exchange, request) -> {
            boolean second = request.path("metadata").path("number").asInt() == 2;
            answer(exchange, second ? 502 : 200, second ? "{\"code\":\"worker_failed\"}" : "{\"responses\":[]}");
        });
        assertThat(faults).containsExactly("failed = 3");
    }

    @Test
    void sendsTheSameMessageAgainWhenAskedToWait() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        List<String> faults = faults(LoadPlan.Mode.SYNC, (exchange, request) -> {
            if (refusals.incrementAndGet() == 1) {
                exchange.getResponseHeaders().set("Retry-After", "0");
                answer(exchange, 429, "{\"code\":\"queue_full\"}");
            } else {
                answer(exchange, 200, "{\"responses\":[]}");
            }
        });
        assertThat(faults).isEmpty();
        assertThat(refusals).hasValue(USERS * EACH + 1);
    }

    /** Each turn comes on a connection of its own: what arrives first says nothing about the order in which they ran. */
    @Test
    void isContentWhenStreamsThatRanInOrderArriveInDisorder() throws Exception {
        Map<String, CountDownLatch> laterHasEnded = new ConcurrentHashMap<>();
        List<String> faults = faults(LoadPlan.Mode.STREAM, (exchange, request) -> {
            int number = request.path("metadata").path("number").asInt();
            CountDownLatch third =
                    laterHasEnded.computeIfAbsent(request.path("user_id").asText(), user -> new CountDownLatch(1));
            begin(exchange);
            if (number == 2) {
                await(third);
            }
            end(exchange, turn(number * 10, number * 10 + 5));
            if (number == 3) {
                third.countDown();
            }
        });
        assertThat(faults).isEmpty();
    }

    @Test
    void findsATurnThatBeganBeforeTheLastHadEnded() throws Exception {
        List<String> faults = faults(LoadPlan.Mode.STREAM, (exchange, request) -> {
            int number = request.path("metadata").path("number").asInt();
            begin(exchange);
            end(exchange, turn(number == 3 ? 20 : number * 10, number * 10 + 5));
        });
        assertThat(faults).containsExactly("overlapping turns = 3");
    }

    @Test
    void findsStreamsThatRanOutOfOrder() throws Exception {
        List<String> faults = faults(LoadPlan.Mode.STREAM, (exchange, request) -> {
            int number = request.path("metadata").path("number").asInt();
            int place = number == 2 ? 3 : number == 3 ? 2 : number;
            begin(exchange);
            end(exchange, turn(place * 10, place * 10 + 5));
        });
        assertThat(faults).containsExactly("answers out of order = 3", "overlapping turns = 3");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** The headers of a stream, at which it counts as accepted. */
    private static void begin(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
    }

    private static void end(HttpExchange exchange, String events) throws IOException {
        exchange.getResponseBody().write(events.getBytes(UTF_8));
        exchange.getResponseBody().flush();
    }

    /** A turn as a stream tells it, by the milliseconds of the store. */
    private static String turn(int begins, int ends) {
        return """
                id: %d-0
                event: processing
                data: {}

                id: %d-1
                data: {"type":"complete"}

                id: %d-0
                event: done
                data: {}

                """.formatted(begins, begins, ends);
    }

    /** What a broker does with a message of this number. */
    private interface Behaviour {
        void on(int number, Call call) throws IOException;
    }

    private interface Broker {
        void answer(HttpExchange exchange, JsonNode request) throws IOException;
    }

    private record Call(HttpClient http, JsonNode request) {
        void callBack(int number) throws IOException {
            ObjectNode callback = Json.mapper()
                    .createObjectNode()
                    .put("user_id", request.path("user_id").asText())
                    .put("status", "completed");
            callback.putObject("metadata").put("number", number);
            try {
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(request.path("callback_url").asText()))
                                .POST(BodyPublishers.ofString(callback.toString()))
                                .build(),
                        BodyHandlers.discarding());
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Broker callingBack(Behaviour behaviour) {
        return (exchange, request) -> {
            // Before the answer, so that no callback is on its way when the last message has been sent.
            behaviour.on(request.path("metadata").path("number").asInt(), new Call(http, request));
            answer(exchange, 202, "{\"status\":\"queued\"}");
        };
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.getResponseBody().flush();
    }

    private List<String> faults(Broker does) throws Exception {
        return faults(LoadPlan.Mode.ASYNC, does);
    }

    private List<String> faults(LoadPlan.Mode mode, Broker does) throws Exception {
        return faults(mode, does, Duration.ofMinutes(1));
    }

    /**
     * The goals that were missed, with their figures.
     *
     * @param patience how long the load test waits for an answer that does not come
     */
    private List<String> faults(LoadPlan.Mode mode, Broker does, Duration patience) throws Exception {
        broker = new LoopbackServer(exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (exchange.getRequestURI().getPath().equals("/health")) {
                    answer(exchange, 200, "{}");
                } else {
                    does.answer(exchange, Json.mapper().readTree(body));
                }
            }
        });
        LoadPlan plan = new LoadPlan(
                URI.create(broker.url()), "key", "org", "client", USERS, EACH, Optional.empty(), mode, "{n}", patience);
        Progress quiet = new Progress(new PrintStream(new ByteArrayOutputStream(), true, UTF_8), /* terminal= */ false);
        Report report = new Report(/* quick= */ false);
        try (CallbackReceiver receiver = new CallbackReceiver()) {
            new Load(plan, "run").run(receiver, receiver.url(), report, quiet);
        }
        JsonNode results = Json.mapper().readTree(report.json()).path("results");
        List<String> missed = new java.util.ArrayList<>();
        for (JsonNode row : results) {
            if (row.has("met") && !row.path("met").asBoolean()) {
                missed.add(row.path("name").asText() + " = " + row.path("value").asInt());
            }
        }
        assertThat(report.met()).isEqualTo(missed.isEmpty());
        return missed;
    }
}
