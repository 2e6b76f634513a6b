package org.unfoldingword.broker.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes callbacks over HTTP on this machine, shows them, and answers as it was told to. */
final class CallbackReceiver implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Behaviour behaviour;
    private final Optional<SignatureCheck> signatures;
    private final CallbackPrinter printer;
    private final Sleeper sleeper;
    private final InstantSource clock;
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

    private CallbackReceiver(
            HttpServer server,
            Behaviour behaviour,
            Optional<SignatureCheck> signatures,
            CallbackPrinter printer,
            Sleeper sleeper,
            InstantSource clock) {
        this.server = server;
        this.behaviour = behaviour;
        this.signatures = signatures;
        this.printer = printer;
        this.sleeper = sleeper;
        this.clock = clock;
    }

    /** @param signatures empty: they are not checked */
    static CallbackReceiver start(
            int port,
            Behaviour behaviour,
            Optional<SignatureCheck> signatures,
            CallbackPrinter printer,
            Sleeper sleeper,
            InstantSource clock) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
            CallbackReceiver receiver = new CallbackReceiver(server, behaviour, signatures, printer, sleeper, clock);
            server.createContext("/", receiver::receive);
            server.setExecutor(receiver.threads);
            server.start();
            return receiver;
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartFailure(
                    "--port: " + port + ": " + FailureLine.reason(unusable) + " (expected: a free port)", unusable);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                answer(exchange, 405, "POST callbacks here\n");
                return;
            }
            Callback callback = Callback.of(
                    clock.instant(),
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            int attempt = callback.id().isEmpty() ? 1 : attempts.merge(callback.id(), 1, Integer::sum);
            int status = behaviour.statusOf(attempt);
            String verdict = signatures.map(check -> check.verdict(callback)).orElse("signature not checked");
            printer.print(callback, attempt, verdict, status);
            if (behaviour.delay().isPositive()) {
                sleeper.sleep(behaviour.delay());
            }
            answer(exchange, status, "{\"received\":true}\n");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        boolean bodiless = status == 204 || status == 304;
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
    }

    /**
     * How it answers.
     *
     * @param failFirst attempts of each callback that fail before one may succeed
     */
    record Behaviour(int status, int failFirst, Duration delay) {

        Behaviour {
            if (status < 200 || status > 599) {
                throw new StartFailure("--status: " + status + " (expected: 200 to 599)");
            }
            if (failFirst < 0) {
                throw new StartFailure("--fail-first: " + failFirst + " (expected: >= 0)");
            }
        }

        /** With both options, the status is that of the failures. */
        int statusOf(int attempt) {
            boolean failing = status >= 300;
            if (failFirst == 0) {
                return status;
            }
            if (attempt <= failFirst) {
                return failing ? status : 503;
            }
            return failing ? 200 : status;
        }
    }
}
