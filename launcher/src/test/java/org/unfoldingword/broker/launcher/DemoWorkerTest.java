package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Json;

/** Against the recordings of the real worker: {@code contracts/worker-head.ndjson}. */
class DemoWorkerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    /** A turn that is told to take so long is held until it is let go. */
    private static final Duration HELD = Duration.ofMillis(1234);

    private final CountDownLatch holding = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final DemoWorker worker = DemoWorker.start("key", this::sleep, () -> NOW);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void end() {
        letGo.countDown();
        worker.close();
        client.close();
    }

    @Test
    void isHealthyForEverybody() throws Exception {
        HttpResponse<String> answer = get("/health", "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).path("status").asText()).isEqualTo("healthy");
    }

    @Test
    void wantsItsKey() throws Exception {
        HttpResponse<String> missing = get("/api/v1/chat", "");
        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(missing.body()).isEqualTo("{\"error\":\"Authorization header with Bearer token required\"}");

        HttpResponse<String> wrong = get("/api/v1/chat", "Bearer nope");
        assertThat(wrong.statusCode()).isEqualTo(403);
        assertThat(wrong.body()).isEqualTo("{\"error\":\"Invalid API key\"}");
    }

    @Test
    void doesNotKnowOtherPaths() throws Exception {
        HttpResponse<String> answer = get("/api/v1/nope", "Bearer key");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("404 Not Found");
    }

    @Test
    void answersAChat() throws Exception {
        HttpResponse<String> answer = chat("ann", "Hello there");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode body = json(answer);
        assertThat(names(body))
                .containsExactly(
                        "message_id", "responses", "response_language", "voice_audio_base64", "voice_audio_url");
        assertThat(body.at("/responses/0").asText()).startsWith("You said: Hello there");
    }

    @Test
    void refusesWhatTheWorkerRefusesInItsWords() throws Exception {
        assertThat(post("/api/v1/chat", "{nope").body()).isEqualTo("{\"error\":\"Invalid JSON body\"}");
        assertThat(post("/api/v1/chat", "{\"client_id\":\"lab\"}").body())
                .isEqualTo("{\"error\":\"user_id is required\"}");
        assertThat(chat("ann", "").body())
                .isEqualTo(
                        "{\"error\":\"ValidationError\",\"code\":\"VALIDATION_ERROR\",\"message\":\"Message is required\"}");
        assertThat(post(
                                "/api/v1/chat",
                                "{\"client_id\":\"lab\",\"user_id\":\"ann\",\"message\":\"x\",\"message_key\":null}")
                        .body())
                .isEqualTo("{\"error\":\"message_key is not valid on /api/v1/chat — use /api/v1/chat/callback\"}");
        assertThat(post(
                                "/api/v1/chat",
                                "{\"client_id\":\"lab\",\"user_id\":\"ann\",\"message\":\"x\",\"chat_type\":\"group\"}")
                        .body())
                .isEqualTo("{\"error\":\"chat_id is required for group/supergroup chats\"}");
    }

    @Test
    void streamsInTheWorkersDialect() throws Exception {
        HttpResponse<String> answer = stream("ann", "Hello there");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(answer.body()).endsWith("}\n\n").doesNotContain("\r");
        assertThat(answer.body().split("\n\n", -1))
                .filteredOn(frame -> !frame.isEmpty())
                .allMatch(frame -> frame.startsWith("data: {") && frame.endsWith("}"));
        List<JsonNode> frames = frames(answer);
        assertThat(frames.getFirst()).hasToString("{\"type\":\"status\",\"message\":\"Processing your request...\"}");
        JsonNode complete = frames.getLast();
        assertThat(types(frames)).startsWith("status", "progress").endsWith("progress", "complete");
        assertThat(names(complete.path("response")))
                .containsExactly("responses", "response_language", "voice_audio_base64", "voice_audio_url");
        assertThat(progress(frames))
                .isEqualTo(complete.at("/response/responses/0").asText());
    }

    @Test
    void keepsASlowStreamAliveEachThirtySeconds() throws Exception {
        List<JsonNode> frames = frames(stream("ann", "think [delay=70000]"));

        assertThat(types(frames)).startsWith("status", "keepalive", "keepalive", "progress");
    }

    @Test
    void dripsAsTold() throws Exception {
        List<JsonNode> frames = frames(stream("ann", "[drip=3x200]"));

        assertThat(progress(frames)).startsWith("(1) (2) (3) ");
    }

    @Test
    void endsAFailedStreamWithAnErrorFrame() throws Exception {
        assertThat(types(frames(stream("ann", "[error]")))).containsExactly("status", "error");
        assertThat(frames(stream("ann", "  "))).hasToString("[{\"type\":\"error\",\"error\":\"Message is required\"}]");
        assertThat(chat("ann", "[error]").statusCode()).isEqualTo(500);
    }

    @Test
    void hangsUpWithoutATerminalFrame() throws Exception {
        assertThat(types(frames(stream("ann", "[hang=1]")))).containsExactly("status");
    }

    @Test
    void failsAsOftenAsTold() throws Exception {
        assertThat(chat("ann", "please [fail=503x2]").statusCode()).isEqualTo(503);
        HttpResponse<String> second = stream("ann", "please [fail=503x2]");
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).contains("1");
        assertThat(stream("ann", "please [fail=503x2]").statusCode()).isEqualTo(200);
        assertThat(chat("ann", "[fail=500]").statusCode()).isEqualTo(500);
    }

    @Test
    void refusesAChatWhileItsUserIsBusyAndQueuesAStream() throws Exception {
        CompletableFuture<HttpResponse<String>> running =
                CompletableFuture.supplyAsync(() -> unchecked("ann", "first [delay=" + HELD.toMillis() + "]"));
        holding.await();

        HttpResponse<String> refused = chat("ann", "second");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        assertThat(refused.body())
                .isEqualTo(
                        "{\"error\":\"Request in progress\",\"code\":\"CONCURRENT_REQUEST_REJECTED\",\"message\":\"Another"
                                + " request for this user is currently being processed. Please retry.\",\"retry_after_ms\":5000}");
        assertThat(chat("bob", "meanwhile").statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> queued = client.sendAsync(
                request("/api/v1/chat/stream", body("ann", "third")), HttpResponse.BodyHandlers.ofString());
        letGo.countDown();

        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(types(frames(queued.get()))).endsWith("complete");
    }

    @Test
    void remembersWhatItAnswered() throws Exception {
        chat("a b+c", "one");
        chat("a b+c", "two");

        JsonNode history = json(get("/api/v1/orgs/demo/users/a%20b%2Bc/history", "Bearer key"));

        assertThat(names(history)).containsExactly("user_id", "entries", "total_count", "limit", "offset");
        assertThat(history.path("user_id").asText()).isEqualTo("a b+c");
        assertThat(history.path("total_count").asInt()).isEqualTo(2);
        assertThat(history.at("/entries/0/user_message").asText()).isEqualTo("one");
        assertThat(history.at("/entries/1/user_message").asText()).isEqualTo("two");
        assertThat(history.at("/entries/1/timestamp").asLong()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void notesGroupTalkThatIsNotForItWithoutAnAnswer() throws Exception {
        HttpResponse<String> answer = post(
                "/api/v1/chat",
                "{\"client_id\":\"lab\",\"user_id\":\"ann\",\"message\":\"hi all\",\"chat_type\":\"group\",\"chat_id\":\"g\","
                        + "\"addressed_to_bot\":false}");

        assertThat(json(answer).path("responses")).isEmpty();
    }

    private void sleep(Duration pause) throws InterruptedException {
        if (pause.equals(HELD)) {
            holding.countDown();
            letGo.await();
        }
    }

    private HttpResponse<String> unchecked(String user, String message) {
        try {
            return chat(user, message);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private HttpResponse<String> chat(String user, String message) throws Exception {
        return post("/api/v1/chat", body(user, message));
    }

    private HttpResponse<String> stream(String user, String message) throws Exception {
        return post("/api/v1/chat/stream", body(user, message));
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(worker.baseUrl() + path))
                .header("Authorization", "Bearer key")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(worker.baseUrl() + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String body(String user, String message) {
        return Json.object()
                .put("client_id", "lab")
                .put("user_id", user)
                .put("message", message)
                .toString();
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.mapper().readTree(answer.body());
    }

    private static List<JsonNode> frames(HttpResponse<String> answer) {
        return Arrays.stream(answer.body().split("\n\n"))
                .filter(frame -> !frame.isEmpty())
                .map(frame -> parsed(frame.substring("data: ".length())))
                .toList();
    }

    private static JsonNode parsed(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException malformed) {
            throw new IllegalArgumentException(text, malformed);
        }
    }

    private static List<String> types(List<JsonNode> frames) {
        return frames.stream().map(frame -> frame.path("type").asText()).toList();
    }

    private static String progress(List<JsonNode> frames) {
        StringBuilder text = new StringBuilder();
        frames.stream()
                .filter(frame -> frame.path("type").asText().equals("progress"))
                .forEach(frame -> text.append(frame.path("text").asText()));
        return text.toString();
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
