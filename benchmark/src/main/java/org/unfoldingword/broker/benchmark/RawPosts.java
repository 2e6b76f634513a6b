package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** POSTs on plain sockets, as many as go: a client that takes so little of the machine that the server is what is measured. */
final class RawPosts {

    private final URI server;
    private final String key;
    private final int connections;
    private final Supplier<String> bodies;

    RawPosts(String server, String key, int connections, Supplier<String> bodies) {
        this.server = URI.create(server);
        this.key = key;
        this.connections = connections;
        this.bodies = bodies;
    }

    static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Answers of 202 a second, over so many seconds; anything else fails. */
    double perSecond(int seconds) throws InterruptedException {
        long startNanos = System.nanoTime();
        long endNanos = startNanos + seconds * 1_000_000_000L;
        LongAdder answered = new LongAdder();
        try (InParallel clients = new InParallel()) {
            for (int i = 0; i < connections; i++) {
                clients.start(() -> {
                    post(endNanos, answered);
                    return endNanos;
                });
            }
            clients.join();
        }
        return answered.sum() / ((System.nanoTime() - startNanos) / 1e9);
    }

    private void post(long endNanos, LongAdder answered) throws IOException {
        while (System.nanoTime() < endNanos) {
            try (RawConnection connection = new RawConnection(server, key)) {
                boolean kept = true;
                while (kept && System.nanoTime() < endNanos) {
                    connection.post("/api/v1/message", "Prefer: respond-async", bodies.get());
                    RawConnection.Answer answer = connection.answer();
                    if (answer.status() != 202) {
                        throw new IOException("POST: " + answer.status() + " (expected: 202)");
                    }
                    kept = answer.kept();
                    answered.increment();
                }
            }
        }
    }
}
