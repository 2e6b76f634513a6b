package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Users who send messages, each the next one once the one before is accepted. They do as clients should: what was not acknowledged
 * they send again, elsewhere and under the same idempotency key. Some of them think better of some messages, and cancel them.
 */
final class ChaosUsers implements AutoCloseable {

    private static final Duration END_MAX = Duration.ofMinutes(3);
    /** Every so many messages, one has a long turn, and the next is sent while it runs. */
    private static final int LONG_EACH = 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChaosHistory history;
    private final List<Integer> ports;
    private final String callbackUrl;
    private final long seed;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger refusals = new AtomicInteger();
    private List<Future<?>> sending = List.of();
    private boolean cancelling;

    /** @param ports of all ingest-apis */
    ChaosUsers(ChaosHistory history, List<Integer> ports, String callbackUrl, long seed) {
        this.history = history;
        this.ports = ports;
        this.callbackUrl = callbackUrl;
        this.seed = seed;
    }

    /** Whether the turn of a message with this number is so long that another message waits for it, or it can be broken off. */
    static boolean isLong(int number) {
        return number > 0 && number % LONG_EACH == 0;
    }

    /** From now on they cancel some of the messages that have a long turn, and some of those that wait behind them. */
    ChaosUsers cancelling() {
        cancelling = true;
        return this;
    }

    /** Begins. Each sends so many messages, spread over the time. */
    void send(int users, int each, Duration time) {
        sending = IntStream.range(0, users)
                .<Future<?>>mapToObj(
                        user -> threads.submit(() -> send("user-" + user, each, time, new Random(seed + user))))
                .toList();
    }

    /** Returns when all is accepted and was told, or nothing more is to be expected. */
    void awaitEnd() {
        await("everything is accepted").atMost(END_MAX).until(() -> sending.stream()
                .allMatch(Future::isDone));
        sending.forEach(one -> assertSent(one));
        try {
            await().atMost(END_MAX).until(() -> told() >= history.accepted().size());
        } catch (ConditionTimeoutException lost) {
            System.out.println("not all messages came to an end: see the report");
        }
    }

    /** Messages that have an end that was taken. */
    long told() {
        return history.deliveries().stream()
                .filter(ChaosHistory.Delivery::taken)
                .map(ChaosHistory.Delivery::messageId)
                .distinct()
                .count();
    }

    /** Requests that were answered, but not accepted. */
    int refusals() {
        return refusals.get();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        http.close();
    }

    private static void assertSent(Future<?> one) {
        if (one.state() == Future.State.FAILED) {
            throw new AssertionError("a message was refused", one.exceptionNow());
        }
    }

    private Void send(String user, int each, Duration time, Random random) throws InterruptedException {
        long startNanos = System.nanoTime();
        String before = "";
        for (int number = 1; number <= each; number++) {
            long dueNanos = startNanos + (long) ((number - random.nextDouble()) / each * time.toNanos());
            boolean behindLong = isLong(number - 1);
            if (!behindLong) {
                Thread.sleep(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
            }
            String id = post(user, number, random);
            if (behindLong && cancelling) {
                switch (random.nextInt(3)) {
                    case 0 -> cancel(user, number, id, random);
                    case 1 -> cancel(user, number - 1, before, random);
                    default -> {}
                }
            }
            before = id;
        }
        return null;
    }

    /** Returns the id of the message. */
    private String post(String user, int number, Random random) throws InterruptedException {
        ObjectNode body = BrokerClient.message(user, Integer.toString(number))
                .put("client_message_id", user + "-" + number)
                .put("callback_url", callbackUrl);
        body.putObject("metadata").put("number", number);
        int first = random.nextInt(ports.size());
        for (int posts = 1; ; posts++) {
            int port = ports.get((first + posts) % ports.size());
            HttpRequest request = request(port, "/api/v1/message")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 202) {
                    String id = JSON.readTree(answer.body()).path("message_id").asText();
                    history.add(new ChaosHistory.Accepted(user, number, id, posts, System.nanoTime()));
                    return id;
                }
                refusals.incrementAndGet();
                if (answer.statusCode() < 500) {
                    throw new AssertionError(answer.statusCode() + " " + answer.body());
                }
            } catch (IOException broken) {
                // Accepted or not: the same again is safe.
            }
            Thread.sleep(100 + random.nextInt(200));
        }
    }

    private void cancel(String user, int number, String id, Random random) throws InterruptedException {
        int first = random.nextInt(ports.size());
        for (int tries = 1; ; tries++) {
            int port = ports.get((first + tries) % ports.size());
            HttpRequest request =
                    request(port, "/api/v1/message/" + id).DELETE().build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() < 500) {
                    history.add(new ChaosHistory.Cancel(user, number, how(answer)));
                    return;
                }
                refusals.incrementAndGet();
            } catch (IOException broken) {
                // Cancelled or not: the same again is safe.
            }
            Thread.sleep(100 + random.nextInt(200));
        }
    }

    private static ChaosHistory.Cancelled how(HttpResponse<String> answer) throws IOException {
        return switch (answer.statusCode()) {
            case 200 ->
                JSON.readTree(answer.body()).path("attempts").asInt() == 0
                        ? ChaosHistory.Cancelled.WAITING
                        : ChaosHistory.Cancelled.RUNNING;
            case 202 -> ChaosHistory.Cancelled.ASKED;
            case 409 -> ChaosHistory.Cancelled.LATE;
            default -> throw new AssertionError(answer.statusCode() + " " + answer.body());
        };
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .header("X-API-Key", BrokerProcess.API_KEY);
    }
}
