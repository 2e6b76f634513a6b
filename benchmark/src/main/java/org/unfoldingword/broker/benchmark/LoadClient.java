package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unfoldingword.broker.benchmark.Turns.EventId;
import org.unfoldingword.broker.message.Json;

/** Sends messages and sees their answers, each in the way of the plan. Safe for threads. */
final class LoadClient implements AutoCloseable {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LoadPlan plan;
    private final LoadTally tally;
    private final Optional<String> callbackUrl;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    private final URI messages;
    private final InParallel readers = new InParallel();

    LoadClient(LoadPlan plan, LoadTally tally, Optional<String> callbackUrl) {
        this.plan = plan;
        this.tally = tally;
        this.callbackUrl = callbackUrl;
        this.messages = plan.broker().resolve("/api/v1/message");
    }

    /** @throws IOException if nothing answers at the broker's address */
    void reach() throws IOException, InterruptedException {
        http.send(request(plan.broker().resolve("/health")).build(), BodyHandlers.discarding());
    }

    /** Sends it; returns once it is accepted, and of a sync one once it has ended. */
    void send(LoadMessage message) throws InterruptedException {
        try {
            switch (plan.mode()) {
                case ASYNC ->
                    post(message, Map.of(), BodyHandlers.ofString(), HttpResponse::body)
                            .ifPresent(answer -> tally.accepted(message, System.nanoTime()));
                case SYNC ->
                    post(message, Map.of(), BodyHandlers.ofString(), HttpResponse::body)
                            .ifPresent(answer -> held(message, answer));
                case STREAM ->
                    post(message, Map.of("Accept", "text/event-stream"), BodyHandlers.ofLines(), LoadClient::joined)
                            .ifPresent(answer -> streamed(message, answer));
            }
        } catch (IOException broken) {
            tally.refused(reason(broken));
        }
    }

    @Override
    public void close() {
        readers.close();
        http.close();
    }

    /**
     * The 2xx answer; asked to wait, or left without an answer, it waits and sends the same message again, under the same idempotency
     * key. Empty, and told, if it was refused.
     */
    private <T> Optional<HttpResponse<T>> post(
            LoadMessage message,
            Map<String, String> headers,
            BodyHandler<T> handler,
            Function<HttpResponse<T>, String> text)
            throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + plan.patience().toNanos();
        HttpRequest.Builder request = request(messages)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body(message)));
        headers.forEach(request::header);
        while (true) {
            HttpResponse<T> answer;
            try {
                answer = http.send(request.build(), handler);
            } catch (IOException broken) {
                if (System.nanoTime() > giveUpNanos) {
                    throw broken;
                }
                tally.broken();
                Thread.sleep(PAUSE);
                continue;
            }
            int status = answer.statusCode();
            if (status < 300) {
                return Optional.of(answer);
            }
            String said = text.apply(answer);
            if (status == 502 || status == 504) {
                tally.accepted(message, System.nanoTime());
                tally.failed(message, code(said));
                return Optional.empty();
            }
            if (status != 429 && status != 503 || System.nanoTime() > giveUpNanos) {
                tally.refused(status + " " + code(said));
                return Optional.empty();
            }
            tally.askedToWait();
            Thread.sleep(answer.headers()
                    .firstValue("Retry-After")
                    .filter(value -> value.matches("\\d{1,4}"))
                    .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                    .orElse(PAUSE));
        }
    }

    /** 200 is the answer; 202 says that it was held long enough and is to be read elsewhere. */
    private void held(LoadMessage message, HttpResponse<String> first) {
        if (first.statusCode() == 200) {
            tally.accepted(message, System.nanoTime());
            tally.answered(message, System.nanoTime());
            return;
        }
        tally.accepted(message, System.nanoTime());
        URI location = messages.resolve(first.headers().firstValue("Location").orElse("") + "?wait=60");
        long giveUpNanos = System.nanoTime() + plan.patience().toNanos();
        try {
            while (System.nanoTime() < giveUpNanos) {
                JsonNode seen = Json.mapper()
                        .readTree(http.send(request(location).build(), BodyHandlers.ofString())
                                .body());
                switch (seen.path("status").asText()) {
                    case "completed" -> {
                        tally.answered(message, System.nanoTime());
                        return;
                    }
                    case "failed", "cancelled", "expired" -> {
                        tally.failed(message, seen.path("error").path("code").asText());
                        return;
                    }
                    default -> {}
                }
            }
        } catch (IOException broken) {
            tally.refused(reason(broken));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** The headers say that it is accepted; the rest is read aside, so that the user's next message can go out. */
    private void streamed(LoadMessage message, HttpResponse<Stream<String>> answer) {
        tally.accepted(message, System.nanoTime());
        readers.start(() -> {
            try (Stream<String> lines = answer.body()) {
                read(message, lines.iterator());
            } catch (RuntimeException cut) {
                tally.refused("stream cut: " + reason(cut));
            }
            return message;
        });
    }

    private void read(LoadMessage message, Iterator<String> lines) {
        Optional<EventId> begun = Optional.empty();
        boolean spoken = false;
        String event = "";
        String data = "";
        String id = "";
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.isEmpty()) {
                switch (event) {
                    case "processing" -> begun = EventId.parse(id);
                    case "done" -> {
                        ended(message, begun, id);
                        tally.answered(message, System.nanoTime());
                        return;
                    }
                    case "error" -> {
                        ended(message, begun, id);
                        tally.failed(message, code(data));
                        return;
                    }
                    case "" -> {
                        if (!spoken && !data.isEmpty()) {
                            spoken = true;
                            tally.firstWord(message, System.nanoTime());
                        }
                    }
                    default -> {}
                }
                event = "";
                data = "";
            }
        }
        tally.refused("stream ended without done or error");
    }

    private void ended(LoadMessage message, Optional<EventId> begun, String id) {
        EventId.parse(id)
                .ifPresentOrElse(
                        end -> tally.turn(message, new Turns.Turn(begun, end)),
                        () -> tally.refused("end without an event id"));
    }

    private HttpRequest.Builder request(URI where) {
        return HttpRequest.newBuilder(where).header("X-API-Key", plan.key());
    }

    private String body(LoadMessage message) {
        ObjectNode json = Json.object()
                .put("user_id", message.user())
                .put("org_id", plan.org())
                .put("client_id", plan.client())
                .put("client_message_id", message.id())
                .put(
                        "message",
                        plan.text()
                                .replace("{user}", message.user())
                                .replace("{n}", Integer.toString(message.number())));
        json.putObject("metadata").put("number", message.number());
        callbackUrl.ifPresent(url -> json.put("callback_url", url));
        return json.toString();
    }

    private static String joined(HttpResponse<Stream<String>> answer) {
        try (Stream<String> lines = answer.body()) {
            return String.join("\n", lines.toList());
        }
    }

    /** Many failures to connect have no message. */
    private static String reason(Exception broken) {
        return Optional.ofNullable(broken.getMessage()).orElse(broken.getClass().getSimpleName());
    }

    private static String code(String problem) {
        try {
            return Json.mapper().readTree(problem).path("code").asText("no code");
        } catch (IOException notJson) {
            return "no JSON";
        }
    }
}
