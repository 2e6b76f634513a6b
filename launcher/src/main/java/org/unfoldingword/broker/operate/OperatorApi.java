package org.unfoldingword.broker.operate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.unfoldingword.broker.message.Json;

/** A broker's HTTP API as this command line sees it. Every answer that is not a good one is a {@link CommandFailure}. */
final class OperatorApi {

    private static final String ROOT = "/api/v1/operator";
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    /** A broker that stands still is to be told from one that answers. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    /** An audit goes through all keys, a bulk action through hundreds of messages. */
    private static final Duration LONG_ANSWER_MAX = Duration.ofMinutes(10);

    private final HttpClient http;
    private final String url;
    private final String key;
    private final Duration answerMax;

    private OperatorApi(HttpClient http, String url, String key, Duration answerMax) {
        this.http = http;
        this.url = url;
        this.key = key;
        this.answerMax = answerMax;
    }

    static OperatorApi at(String url, String key) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_MAX)
                .build();
        return new OperatorApi(http, url.replaceAll("/+$", ""), key, ANSWER_MAX);
    }

    /** The same broker, for questions that it may think about for minutes. */
    OperatorApi patient() {
        return within(LONG_ANSWER_MAX);
    }

    /** The same broker, with another limit for its answers. */
    OperatorApi within(Duration limit) {
        return new OperatorApi(http, url, key, limit);
    }

    Duration answerMax() {
        return answerMax;
    }

    /** Of the operator API, with those parameters that are not empty. */
    JsonNode get(String path, Map<String, String> query) {
        String parameters = query.entrySet().stream()
                .filter(parameter -> !parameter.getValue().isEmpty())
                .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return send(request(ROOT + path + (parameters.isEmpty() ? "" : "?" + parameters))
                .GET());
    }

    JsonNode post(String path, ObjectNode body) {
        return send(request(ROOT + path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    /** {@code /health}, which answers 503 when it has bad news. */
    JsonNode health() {
        HttpResponse<byte[]> response = exchange(request("/health").GET());
        return parse(response);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        try {
            return HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(answerMax)
                    .header("X-API-Key", key);
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailure(Exit.USAGE, "--url: " + url + " (expected: such as http://127.0.0.1:8080)");
        }
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = exchange(request);
        JsonNode body = parse(response);
        int status = response.statusCode();
        if (status / 100 == 2) {
            return body;
        }
        Exit exit =
                switch (status) {
                    case 400 -> Exit.USAGE;
                    case 401, 403 -> Exit.FORBIDDEN;
                    case 502, 503, 504 -> Exit.UNREACHABLE;
                    default -> Exit.FOUND;
                };
        throw new CommandFailure(
                exit, body.path("detail").asText("the broker answered " + status + " without a reason"));
    }

    private HttpResponse<byte[]> exchange(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (HttpTimeoutException still) {
            throw new CommandFailure(
                    Exit.UNREACHABLE,
                    url + ": no answer within " + answerMax.toSeconds() + " s (expected: a broker that is not frozen)");
        } catch (IOException unreachable) {
            String why = unreachable.getMessage() == null
                    ? "no connection"
                    : unreachable.getMessage().replaceAll("\\s+", " ");
            throw new CommandFailure(
                    Exit.UNREACHABLE, url + ": " + why + " (expected: a running broker; environment: BROKER_URL)");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(Exit.UNREACHABLE, "interrupted");
        }
    }

    private JsonNode parse(HttpResponse<byte[]> response) {
        try {
            return Json.mapper().readTree(response.body().length == 0 ? "{}".getBytes(UTF_8) : response.body());
        } catch (IOException garbled) {
            throw new CommandFailure(
                    Exit.UNREACHABLE, url + ": answered " + response.statusCode() + " and no JSON: is it a broker?");
        }
    }
}
