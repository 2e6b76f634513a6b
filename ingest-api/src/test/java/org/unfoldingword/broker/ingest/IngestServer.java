package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.lane.TestRedis;

/** The ingest role as a real server on a free port, and a client of it that has the key. */
final class IngestServer implements AutoCloseable {

    static final String KEY = "brk_test";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServletWebServerApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private IngestServer(ServletWebServerApplicationContext context) {
        this.context = context;
    }

    record Answer(int status, HttpHeaders headers, String text) {

        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException garbled) {
                throw new UncheckedIOException(garbled);
            }
        }
    }

    private static final class Shared {

        /** Started with its first use, and there until the JVM ends. */
        static final IngestServer SERVER = on(TestRedis.emptied().url());
    }

    /** One with the usual settings, for all tests of a JVM. What a test says to it, it says as its only client. */
    static IngestServer shared() {
        return Shared.SERVER;
    }

    static IngestServer on(String redisUrl) {
        return on(redisUrl, Map.of());
    }

    /** @param more settings, by property name */
    static IngestServer on(String redisUrl, Map<String, Object> more) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        Map<String, Object> settings = new HashMap<>(Map.of(
                "server.port", "0",
                "management.server.port", "-1",
                // As it ships: virtual threads, which a slow client may have.
                "server.jetty.threads.max", "20000",
                "broker.redis.url", redisUrl,
                "broker.access.api-key", KEY,
                "broker.callback.allowed-hosts", "127.0.0.1",
                "spring.threads.virtual.enabled", "true",
                "logging.level.root", "WARN"));
        settings.putAll(more);
        application.setDefaultProperties(settings);
        return new IngestServer((ServletWebServerApplicationContext) application.run());
    }

    /** @param members of an object, their values as JSON has them */
    static String json(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    int port() {
        return context.getWebServer().getPort();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Answer get(String path) {
        return send(request(path).header("X-API-Key", KEY));
    }

    /** With somebody's key. */
    Answer get(String path, String key) {
        return getWith(path, "X-API-Key", key);
    }

    Answer getWith(String path, String header, String value) {
        return send(request(path).header(header, value));
    }

    /** With somebody's key, and a header that may be blank. */
    Answer post(String path, String key, String json, String header, String value) {
        HttpRequest.Builder request = request(path)
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        return send(header.isEmpty() ? request : request.header(header, value));
    }

    /** The lines of a stream until they contain the words; the stream is left then. */
    String stream(String path, String key, String until) {
        return stream(request(path).header("X-API-Key", key), until);
    }

    /** As {@link #stream(String, String, String)}, of a request with a body. */
    String stream(String path, String json, String key, String until) {
        return stream(
                request(path)
                        .header("X-API-Key", key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)),
                until);
    }

    private String stream(HttpRequest.Builder request, String until) {
        try (Stream<String> lines =
                http.send(request.build(), HttpResponse.BodyHandlers.ofLines()).body()) {
            StringBuilder told = new StringBuilder();
            Iterator<String> line = lines.iterator();
            while (line.hasNext() && told.indexOf(until) < 0) {
                told.append(line.next()).append('\n');
            }
            return told.toString();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while reading a stream", hurried);
        }
    }

    Answer delete(String path) {
        return send(request(path).header("X-API-Key", KEY).DELETE());
    }

    Answer getWithoutKey(String path) {
        return send(request(path));
    }

    Answer post(String path, String json) {
        return send(request(path)
                .header("X-API-Key", KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    @Override
    public void close() {
        http.close();
        context.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + context.getWebServer().getPort() + path));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for an answer", hurried);
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
                "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration",
                "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration"
            })
    @Import(IngestConfiguration.class)
    static class Application {}
}
