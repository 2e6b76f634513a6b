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
 * they send again, elsewhere and under the same idempotency key.
 */
final class ChaosUsers implements AutoCloseable {

    private static final Duration END_MAX = Duration.ofMinutes(3);
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

    /** @param ports of all ingest-apis */
    ChaosUsers(ChaosHistory history, List<Integer> ports, String callbackUrl, long seed) {
        this.history = history;
        this.ports = ports;
        this.callbackUrl = callbackUrl;
        this.seed = seed;
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
        for (int number = 1; number <= each; number++) {
            long dueNanos = startNanos + (long) ((number - random.nextDouble()) / each * time.toNanos());
            Thread.sleep(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
            post(user, number, random);
        }
        return null;
    }

    private void post(String user, int number, Random random) throws InterruptedException {
        ObjectNode body = BrokerClient.message(user, Integer.toString(number))
                .put("client_message_id", user + "-" + number)
                .put("callback_url", callbackUrl);
        body.putObject("metadata").put("number", number);
        int first = random.nextInt(ports.size());
        for (int posts = 1; ; posts++) {
            int port = ports.get((first + posts) % ports.size());
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/message"))
                    .timeout(Duration.ofSeconds(10))
                    .header("X-API-Key", BrokerProcess.API_KEY)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 202) {
                    String id = JSON.readTree(answer.body()).path("message_id").asText();
                    history.add(new ChaosHistory.Accepted(user, number, id, posts, System.nanoTime()));
                    return;
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
}
