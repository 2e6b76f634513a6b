package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The web client that spoke to the first broker: it posts without a callback, then opens the stream, and passes on to the browser
 * what it reads there. What it sent was recorded, and so was what the browser got; the broker's key alone says that it is answered
 * at once.
 */
class WebClientIT {

    private static final String KEY = "brk_web_0123456789";
    private static final String KEYS = """
            {"keys":[{"id":"web", "key":"%s", "scopes":["submit","read"], "client_ids":["web"], "orgs":["unfoldingWord"],
                      "default_delivery":"async"}]}""".formatted(KEY);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path data;

    private static RecordedWorker worker;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws IOException {
        worker = new RecordedWorker();
        broker = BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data)
                .with("BROKER_API_KEYS_FILE", Files.writeString(data.resolve("keys.json"), KEYS))
                .with("WORKER_BASE_URL", worker.url())
                .start();
    }

    @AfterAll
    static void stop() {
        broker.close();
        worker.close();
    }

    static Stream<Arguments> recordings() throws IOException {
        return Recordings.of("web-f218113.ndjson");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void showsTheBrowserWhatWasRecorded(String scenario, JsonNode recording) throws Exception {
        JsonNode message = recording.path("post");
        worker.replay(
                message.path("message").asText(),
                frames(recording.path("events").asText()));

        HttpResponse<String> posted = HTTP.send(
                request("/api/v1/message")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(message.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(posted.statusCode()).as(posted.body()).isEqualTo(202);
        String id = Recordings.tree(posted.body()).path("message_id").asText();
        assertThat(id).isNotEmpty();
        assertThat(Recordings.tree(posted.body()).path("status").asText()).isEqualTo("queued");

        HttpResponse<String> streamed = HTTP.send(
                request(recording.path("stream").asText().replaceAll("message_id=.*", "message_id=" + id))
                        .header("Accept", "text/event-stream")
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(streamed.statusCode()).isEqualTo(200);
        assertThat(forTheBrowser(streamed.body()))
                .isEqualTo(recording.path("browser").asText());
        JsonNode asked = worker.turns().getLast();
        message.properties().forEach(field -> assertThat(asked.path(field.getKey()))
                .as(field.getKey())
                .isEqualTo(field.getValue()));
    }

    /** As the client translates, line by line: named events become a status or nothing, the others are passed on. */
    private static String forTheBrowser(String events) {
        StringBuilder out = new StringBuilder();
        String name = "";
        for (String line : events.split("\n", -1)) {
            if (line.isEmpty()) {
                name = "";
            } else if (line.startsWith("event:")) {
                name = line.substring("event:".length()).strip();
                switch (name) {
                    case "queued" -> out.append("data: {\"type\":\"status\",\"message\":\"Message queued...\"}\n\n");
                    case "processing" -> out.append("data: {\"type\":\"status\",\"message\":\"Processing...\"}\n\n");
                    default -> {}
                }
            } else if (line.startsWith("data:")
                    && !List.of("queued", "processing", "done").contains(name)) {
                out.append("data: ")
                        .append(line.substring("data:".length()).strip())
                        .append("\n\n");
            }
        }
        return out.toString();
    }

    /** The worker's own part of a recorded stream: the events without a name. */
    private static String frames(String events) {
        StringBuilder frames = new StringBuilder();
        for (String event : events.split("\n\n", -1)) {
            if (event.startsWith("data: ")) {
                frames.append(event).append("\n\n");
            }
        }
        return frames.toString();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(broker.client().url() + path)).header("X-API-Key", KEY);
    }
}
