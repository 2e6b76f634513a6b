package org.unfoldingword.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.unfoldingword.broker.http.LoopbackServer;

/**
 * A worker that fails in the way it is told to. As the real one it goes on with a turn whose caller has left, refuses a turn beside
 * another at the endpoint that answers at once, and lets it run at the one that streams. Each dispatcher has an address of its own
 * for it, by which its calls are known.
 */
final class ChaosWorker implements AutoCloseable {

    /** How it behaves to calls that come now. */
    enum Mood {
        ANSWERED,
        /** Its port is closed. */
        REFUSING,
        /** Does not begin a turn. */
        BUSY,
        UNAVAILABLE,
        /** Begins and fails. */
        ERROR,
        RESET,
        GARBAGE,
        HANG,
        DRIP;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RESPONSE = "{\"responses\":[\"done\"],\"response_language\":\"en\","
            + "\"voice_audio_base64\":null,\"voice_audio_url\":null}";
    private static final String STATUS = "data: {\"type\":\"status\",\"message\":\"thinking\"}\n\n";
    private static final String COMPLETE = "data: {\"type\":\"complete\",\"response\":" + RESPONSE + "}\n\n";
    private static final int TURN_MILLIS_MIN = 20;
    private static final int TURN_MILLIS_SPAN = 40;
    /** Of a message with a {@link ChaosUsers#isLong long} turn, more than another's. */
    private static final int LONG_MILLIS = 600;

    private final ChaosHistory history;
    private final long hangMillis;
    private final List<LoopbackServer> servers = new CopyOnWriteArrayList<>();
    /** Turns of each user that run. */
    private final Map<String, Integer> running = new ConcurrentHashMap<>();

    private volatile Mood mood = Mood.ANSWERED;

    /** @param hangMillis longer than its callers wait in silence */
    ChaosWorker(ChaosHistory history, int dispatchers, long hangMillis) {
        this.history = history;
        this.hangMillis = hangMillis;
        for (int i = 0; i < dispatchers; i++) {
            servers.add(serve(i, /* port= */ 0));
        }
    }

    private LoopbackServer serve(int dispatcher, int port) {
        return new LoopbackServer(port)
                .on("/api/v1/chat", exchange -> answer(exchange, dispatcher, /* streams= */ false))
                .on("/api/v1/chat/stream", exchange -> answer(exchange, dispatcher, /* streams= */ true));
    }

    String url(int dispatcher) {
        return servers.get(dispatcher).url();
    }

    void be(Mood other) {
        if (other == Mood.REFUSING) {
            // What runs may end.
            servers.forEach(server -> server.close(/* graceSeconds= */ 5));
        } else if (mood == Mood.REFUSING) {
            for (int i = 0; i < servers.size(); i++) {
                servers.set(i, serve(i, servers.get(i).port()));
            }
        }
        mood = other;
    }

    @Override
    public void close() {
        servers.forEach(LoopbackServer::close);
    }

    private void answer(HttpExchange exchange, int dispatcher, boolean streams) throws IOException {
        try {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            Mood now = mood;
            switch (now) {
                case BUSY -> send(exchange, 429, "{\"error\":\"slow down\",\"code\":\"RATE_LIMIT_EXCEEDED\"}");
                case UNAVAILABLE -> send(exchange, 503, "{\"error\":\"not now\"}");
                default -> turn(exchange, request, dispatcher, streams, now);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn(HttpExchange exchange, JsonNode request, int dispatcher, boolean streams, Mood now)
            throws IOException, InterruptedException {
        String user = request.path("user_id").asText();
        int number = Integer.parseInt(request.path("message").asText());
        // Beside another only where the worker does not look: the checker will find it.
        if (running.merge(user, 1, Integer::sum) > 1 && !streams) {
            end(user);
            send(
                    exchange,
                    429,
                    "{\"error\":\"busy\",\"code\":\"CONCURRENT_REQUEST_REJECTED\",\"message\":\"busy\",\"retry_after_ms\":100}");
            return;
        }
        long startNanos = System.nanoTime();
        try {
            // What becomes of the connection does not concern the turn.
            say(exchange, streams, now, turnMillis(number));
        } finally {
            end(user);
            history.add(new ChaosHistory.Call(user, number, dispatcher, now.word(), startNanos, System.nanoTime()));
        }
        if (now == Mood.ANSWERED || now == Mood.DRIP) {
            if (streams) {
                write(exchange, COMPLETE);
            } else {
                send(exchange, 200, RESPONSE);
            }
        }
    }

    private void end(String user) {
        running.computeIfPresent(user, (any, turns) -> turns == 1 ? null : turns - 1);
    }

    private static int turnMillis(int number) {
        return TURN_MILLIS_MIN
                + Math.floorMod(number * 31, TURN_MILLIS_SPAN)
                + (ChaosUsers.isLong(number) ? LONG_MILLIS : 0);
    }

    private void say(HttpExchange exchange, boolean streams, Mood now, long turnMillis)
            throws IOException, InterruptedException {
        switch (now) {
            case ERROR -> send(exchange, 500, "{\"error\":\"Internal server error\"}");
            case GARBAGE -> send(exchange, 200, "<html>welcome</html>");
            case RESET -> exchange.close();
            default -> {
                if (streams) {
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    write(exchange, STATUS);
                }
                for (int drops = now == Mood.DRIP ? 5 : 0; drops > 0; drops--) {
                    Thread.sleep(200);
                    if (streams) {
                        write(exchange, STATUS);
                    }
                }
                Thread.sleep(now == Mood.HANG ? hangMillis : turnMillis);
            }
        }
    }

    /** To nobody, if the caller has left. */
    private static void write(HttpExchange exchange, String text) {
        try {
            OutputStream body = exchange.getResponseBody();
            body.write(text.getBytes(UTF_8));
            body.flush();
        } catch (IOException left) {
            // The turn goes on.
        }
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        LoopbackServer.answer(exchange, status, "application/json", json.getBytes(UTF_8));
    }
}
