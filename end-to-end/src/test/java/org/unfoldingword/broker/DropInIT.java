package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The worker-compatible entry: what was recorded at the real worker comes back from the broker, field by field. */
class DropInIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String PUBLIC = "https://broker.example";
    private static final String RECORDED = "http://127.0.0.1:9141";
    /** The worker's origin in what the clients were answered. */
    private static final String STUB = "http://127.0.0.1:9200";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path data;

    private static RecordedWorker worker;
    private static CallbackSink sink;
    private static BrokerProcess broker;
    private static String url;

    private enum Route {
        CHAT("/api/v1/chat"),
        STREAM("/api/v1/chat/stream"),
        CALLBACK("/api/v1/chat/callback");

        private final String path;

        Route(String path) {
            this.path = path;
        }
    }

    @BeforeAll
    static void start() {
        worker = new RecordedWorker();
        sink = new CallbackSink();
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data)
                .with("WORKER_BASE_URL", worker.url())
                .with("WORKER_API_KEY", RecordedWorker.KEY)
                .with("BROKER_PUBLIC_URL", PUBLIC)
                .with("BROKER_DEFAULT_ORG", "unfoldingWord");
        broker = plan.start();
        url = "http://127.0.0.1:" + plan.port();
    }

    @AfterAll
    static void stop() {
        broker.close();
        sink.close();
        worker.close();
    }

    static Stream<Arguments> recordings() throws IOException {
        return Recordings.of("worker-head.ndjson");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void answersAsTheWorkerWasRecorded(String scenario, JsonNode recording) {
        HttpResponse<String> answer = post(
                recording.path("path").asText(),
                body(recording.path("request")),
                recording.path("authorization").asText().replace("lab-engine-key", BrokerProcess.API_KEY));

        assertThat(answer.statusCode()).isEqualTo(recording.path("status").asInt());
        if (recording.path("answer").isTextual()
                && recording.path("answer").asText().startsWith("data: ")) {
            assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
            assertThat(events(answer.body()))
                    .isEqualTo(events(recording.path("answer").asText()));
        } else {
            assertThat(alike(Recordings.tree(answer.body()))).isEqualTo(alike(recording.path("answer")));
        }
        if (recording.path("status").asInt() == 202) {
            List<JsonNode> expected = new ArrayList<>();
            recording.path("callbacks").forEach(callback -> expected.add(alike(callback)));
            List<CallbackSink.Callback> callbacks = allOf(recording.path("request"));
            assertThat(callbacks).extracting(callback -> alike(callback.body())).isEqualTo(expected);
            assertThat(callbacks)
                    .allSatisfy(callback -> assertThat(callback.token()).isEqualTo(BrokerProcess.API_KEY));
        }
    }

    /**
     * All callbacks of a message, also where there are none: a conversation's come one after the other, so once a later message of it
     * was told of, no other can follow.
     */
    private static List<CallbackSink.Callback> allOf(JsonNode request) {
        String key = request.path("message_key").asText();
        ObjectNode last = request.<ObjectNode>deepCopy()
                .put("message_type", "text")
                .put("message", "after that")
                .put("message_key", key + " after")
                .put("progress_mode", "complete");
        last.remove(List.of("audio_base64", "audio_format", "addressed_to_bot"));
        assertThat(post(Route.CALLBACK.path, body(last)).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> !sink.of(key + " after").isEmpty());
        return sink.of(key);
    }

    static Stream<Arguments> clients() throws IOException {
        return Recordings.of("clients-head.ndjson");
    }

    /** What the gateways and the web client sent to the worker when they were recorded, header by header. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("clients")
    void answersTheClientsAsTheWorkerDid(String scenario, JsonNode recording) {
        String method = recording.path("method").asText();
        String path = recording.path("path").asText();
        JsonNode request = recording.path("request");
        String answered = recording.path("answer").isTextual()
                ? recording.path("answer").asText()
                : recording.path("answer").toString();
        boolean streamed = answered.startsWith("data: ");
        if (streamed || method.matches("GET|PUT")) {
            worker.replay(
                    streamed ? request.path("message").asText() : method + " " + path,
                    answered.replace(STUB, worker.url()));
        }
        HttpRequest.Builder sent = request(path)
                .method(method, request.isNull() ? BodyPublishers.noBody() : BodyPublishers.ofString(body(request)));
        recording
                .path("headers")
                .forEach(header ->
                        sent.header(header.path(0).asText(), header.path(1).asText()));
        HttpResponse<String> answer = send(sent);

        assertThat(answer.statusCode()).isEqualTo(recording.path("status").asInt());
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        String key = request.path("message_key").asText();
        if (streamed) {
            List<JsonNode> expected = new ArrayList<>(events(answered.replace(STUB, PUBLIC)));
            List<JsonNode> events = events(answer.body());
            if (!List.of("complete", "error")
                    .contains(expected.getLast().path("type").asText())) {
                // The worker was cut off there; behind the broker every stream has an end.
                assertThat(events.getLast().path("type").asText()).isEqualTo("error");
                events = events.subList(0, events.size() - 1);
            }
            assertThat(events).isEqualTo(expected);
        } else if (key.isEmpty()) {
            assertThat(answer.body()).isEqualTo(answered);
        } else {
            assertThat(alike(Recordings.tree(answer.body()))).isEqualTo(alike(recording.path("answer")));
            await().atMost(PATIENCE)
                    .until(() -> !sink.of(key).isEmpty()
                            && sink.of(key).getLast().type().equals("complete"));
            CallbackSink.Callback last = sink.of(key).getLast();
            assertThat(last.token()).isEqualTo(BrokerProcess.API_KEY);
            assertThat(last.body().path("user_id")).isEqualTo(request.path("user_id"));
            assertThat(last.body().path("text").asText()).isNotEmpty();
            assertThat(worker.messages()).contains(request.path("message").asText());
        }
    }

    /** The worker itself answers 500 to 3 MB while the user is busy. */
    @Test
    void takes36MegabytesWhileTheUserIsBusy() {
        ObjectNode busy = message(Route.CALLBACK, "loud", "hold [delay=1500]");
        post(Route.CALLBACK.path, busy.toString());
        int letters = 4 * 25 * 1024 * 1024 / 3 / 4 * 4;
        ObjectNode voice = message(Route.CALLBACK, "loud", "")
                .put("message_type", "audio")
                .put("audio_format", "ogg")
                .put("audio_base64", "A".repeat(letters))
                .put("ignored", "x".repeat(36_000_000 - letters));
        voice.put("message_key", "wamid.loud");

        HttpResponse<String> answer = post(Route.CALLBACK.path, voice.toString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> completes("loud").size() == 2);
        assertThat(completes("loud")).containsExactly("Answer to: hold", "Answer to: transcribed words");
        assertThat(worker.turns().stream()
                        .mapToInt(turn -> turn.path("audio_base64").asText().length()))
                .contains(letters);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void answersInTheOrderOfAcceptance(Route route) {
        String user = "orderly-" + route;
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        List<String> done = java.util.Collections.synchronizedList(new ArrayList<>());
        // Turns of some length: what is answered within the same moment has no order that clients could see.
        List<String> texts = List.of("one [delay=1500]", "two [delay=400]", "three [delay=400]");
        for (String text : texts) {
            int before = answers.size();
            answers.add(Later.call(() -> {
                HttpResponse<String> answer =
                        post(route.path, message(route, user, text).toString());
                done.add(text);
                return answer;
            }));
            // Accepted before the next one is sent, so that there is an order.
            await().atMost(PATIENCE)
                    .until(() -> waiting(user) > before
                            || answers.get(before).isDone() && (route != Route.CALLBACK || before > 0));
        }
        answers.forEach(CompletableFuture::join);
        if (route == Route.CALLBACK) {
            await().atMost(PATIENCE).until(() -> completes(user).size() == 3);
            assertThat(completes(user)).containsExactly("Answer to: one", "Answer to: two", "Answer to: three");
        } else {
            assertThat(done).containsExactlyElementsOf(texts);
        }

        assertThat(worker.messages()).containsSubsequence(texts);
        assertThat(worker.overlaps()).isZero();
    }

    @Test
    void tellsThoseWhoStreamThatTheyWait() {
        CompletableFuture<HttpResponse<String>> first = Later.call(() -> post(
                Route.STREAM.path,
                message(Route.STREAM, "patient", "one [delay=1500]").toString()));
        await().atMost(PATIENCE).until(() -> waiting("patient") == 1);

        HttpResponse<String> second =
                post(Route.STREAM.path, message(Route.STREAM, "patient", "two").toString());

        assertThat(second.body())
                .startsWith("data: {\"type\":\"status\",\"message\":\"Queued — processing will begin shortly\"}\n\n");
        assertThat(events(second.body()))
                .filteredOn(event ->
                        List.of("complete", "error").contains(event.path("type").asText()))
                .hasSize(1);
        assertThat(first.join().statusCode()).isEqualTo(200);
    }

    @Test
    void runsAMessageOnceThatMetaDeliversTwice() {
        String message = message(Route.CALLBACK, "repeated", "again").toString();

        JsonNode first = Recordings.tree(post(Route.CALLBACK.path, message).body());
        JsonNode second = Recordings.tree(post(Route.CALLBACK.path, message).body());

        assertThat(second).isEqualTo(first);
        String last = message(Route.CALLBACK, "repeated", "the end").toString();
        post(Route.CALLBACK.path, last);
        await().atMost(PATIENCE).until(() -> completes("repeated").size() == 2);
        assertThat(completes("repeated")).containsExactly("Answer to: again", "Answer to: the end");
        assertThat(worker.messages().stream().filter("again"::equals)).hasSize(1);
    }

    @Test
    void triesTheEndAgainAndNothingElse() {
        ObjectNode message = message(Route.CALLBACK, "refused", "stubborn [tool]");
        sink.failComplete(message.path("message_key").asText(), 1);

        post(Route.CALLBACK.path, message.toString());

        List<CallbackSink.Callback> callbacks = allOf(message);
        assertThat(callbacks)
                .extracting(CallbackSink.Callback::type)
                .containsExactly("status", "status", "progress", "status", "complete", "complete");
        assertThat(callbacks.get(5).body().path("text").asText()).isEqualTo("\nAnswer to: stubborn");
    }

    /** The worker's own overlapped, and the end came before the first was answered. */
    @Test
    void tellsOneAfterTheOtherHoweverLongAnAnswerTakes() {
        ObjectNode message = message(Route.CALLBACK, "slow", "unhurried [tool]");
        String key = message.path("message_key").asText();
        Semaphore answer = new Semaphore(0);
        sink.hold(key, "status", answer);

        String id = Recordings.tree(
                        post(Route.CALLBACK.path, message.toString()).body())
                .path("message_id")
                .asText();
        await().atMost(PATIENCE).until(() -> !sink.of(key).isEmpty());
        await("all is said that there is to tell").atMost(PATIENCE).until(() -> broker.client()
                .get("/api/v1/message/" + id)
                .body()
                .path("status")
                .asText()
                .equals("completed"));
        assertThat(sink.of(key)).hasSize(1);
        answer.release();

        assertThat(allOf(message))
                .extracting(CallbackSink.Callback::type)
                .containsExactly("status", "status", "progress", "status", "complete");
        assertThat(sink.mostAtOnce(key)).isEqualTo(1);
    }

    @Test
    void passesOtherRequestsThroughWithTheWorkersKey() {
        int before = worker.passed().size();
        HttpResponse<String> reset = send(request("/api/v1/admin/orgs/o%20p/groups/-1/history?x=%2B")
                .header("X-Custom", "kept")
                .method("DELETE", BodyPublishers.ofString("{\"why\":\"reset\"}")));

        assertThat(reset.statusCode()).isEqualTo(200);
        assertThat(reset.body()).isEqualTo("{\"ok\":true}");
        assertThat(reset.headers().firstValue("X-Hop")).isEmpty();
        RecordedWorker.Passed passed = worker.passed().get(before);
        assertThat(passed.method()).isEqualTo("DELETE");
        assertThat(passed.target()).isEqualTo("/api/v1/admin/orgs/o%20p/groups/-1/history?x=%2B");
        assertThat(passed.body()).isEqualTo("{\"why\":\"reset\"}");
        assertThat(passed.headers().getFirst("Authorization")).isEqualTo("Bearer " + RecordedWorker.KEY);
        assertThat(passed.headers().getFirst("X-Custom")).isEqualTo("kept");
        assertThat(passed.headers().toString()).doesNotContain(BrokerProcess.API_KEY);
    }

    @Test
    void putsThePublicOriginIntoHistory() {
        HttpResponse<String> history = send(request("/api/v1/orgs/unfoldingWord/users/u/history?limit=50&offset=0"));

        JsonNode entry = Recordings.tree(history.body()).path("entries").path(0);
        assertThat(entry.path("voice_audio_url").asText()).isEqualTo(PUBLIC + "/api/v1/audio/audio/o/u/x.opus");
        assertThat(entry.path("user_message").asText()).isEqualTo("see " + worker.url() + "/a");
    }

    @Test
    void passesAudioAndErrorsAsTheyAre() throws Exception {
        HttpResponse<byte[]> audio =
                HTTP.send(request("/api/v1/audio/audio/o/u/x.opus").build(), HttpResponse.BodyHandlers.ofByteArray());
        HttpResponse<String> missing =
                send(request("/api/v1/orgs/o/users/u/history").method("DELETE", BodyPublishers.noBody()));

        assertThat(audio.body()).containsExactly(1, 2, 3, 0, -1);
        assertThat(audio.headers().firstValue("Content-Type")).contains("audio/ogg");
        assertThat(audio.headers().firstValue("Cache-Control")).contains("private, max-age=86400");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.body()).isEqualTo("404 Not Found");
    }

    @Test
    void refusesPathsThatLeadElsewhere() {
        int before = worker.passed().size();
        for (String path : List.of(
                "/api/v1/orgs/..%2f..%2fadmin",
                "/api/v1/orgs/%2e%2e/admin/orgs",
                "/api/v1/orgs//evil.example/x",
                "/api/v1/orgs/a%5cb",
                "/api/v1/orgs/a;b=c/users")) {
            assertThat(send(request(path)).statusCode()).as(path).isIn(400, 404);
        }
        assertThat(worker.passed()).hasSize(before);
    }

    private static List<String> completes(String user) {
        return sink.callbacks().stream()
                .filter(callback -> callback.body().path("user_id").asText().equals(user))
                .filter(callback -> callback.type().equals("complete"))
                .map(callback -> callback.body().path("text").asText())
                .toList();
    }

    private static int waiting(String user) {
        return broker.client()
                .get("/api/v1/queue/" + user + "?org_id=unfoldingWord")
                .body()
                .path("queue_length")
                .asInt();
    }

    private static ObjectNode message(Route route, String user, String text) {
        ObjectNode message = JSON.createObjectNode()
                .put("client_id", "whatsapp")
                .put("user_id", user)
                .put("org", "unfoldingWord")
                .put("message_type", "text")
                .put("message", text);
        return route == Route.CALLBACK
                ? message.put("message_key", "wamid." + user + "." + text)
                        .put("progress_callback_url", sink.url())
                        .put("progress_mode", "iteration")
                        .put("progress_throttle_seconds", 3)
                : message;
    }

    /** The recorded callback URL leads to a machine that is no more. */
    private static String body(JsonNode request) {
        if (request.isNull()) {
            return "";
        }
        if (request.isTextual()) {
            return request.asText();
        }
        ObjectNode body = request.deepCopy();
        if (body.has("progress_callback_url")) {
            body.put("progress_callback_url", sink.url());
        }
        return body.toString();
    }

    /** Ids, times and the origin of URLs differ each time. */
    private static JsonNode alike(JsonNode json) {
        if (!json.isObject()) {
            return json;
        }
        ObjectNode alike = json.deepCopy();
        for (String member : List.of("message_id", "timestamp")) {
            if (alike.has(member)) {
                assertThat(alike.path(member).asText()).isNotBlank();
                alike.put(member, "*");
            }
        }
        String voice = alike.path("voice_audio_url").asText("");
        if (!voice.isEmpty() && alike.path("voice_audio_url").isTextual()) {
            alike.put("voice_audio_url", voice.replace(RECORDED, PUBLIC).replaceAll("[^/]+\\.opus$", "*.opus"));
        }
        if (alike.path("response").isObject()) {
            alike.set("response", alike(alike.path("response")));
        }
        return alike;
    }

    private static List<JsonNode> events(String stream) {
        return Stream.of(stream.strip().split("\n\n", -1))
                .map(event -> Recordings.tree(event.substring("data: ".length())))
                .filter(event -> !event.path("type").asText().equals("keepalive"))
                .map(DropInIT::alike)
                .toList();
    }

    private static HttpResponse<String> post(String path, String body) {
        return post(path, body, "Bearer " + BrokerProcess.API_KEY);
    }

    private static HttpResponse<String> post(String path, String body, String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return send(authorization.startsWith("Bearer ") ? request.header("Authorization", authorization) : request);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + BrokerProcess.API_KEY);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for an answer", hurried);
        }
    }
}
