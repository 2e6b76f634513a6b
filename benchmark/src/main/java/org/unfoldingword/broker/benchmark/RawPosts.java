package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
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
            try (Socket socket = new Socket(server.getHost(), server.getPort())) {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean kept = true;
                while (kept && System.nanoTime() < endNanos) {
                    socket.getOutputStream().write(request(bodies.get()));
                    kept = answer(in);
                    answered.increment();
                }
            }
        }
    }

    private byte[] request(String body) {
        return ("POST /api/v1/message HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nX-API-Key: " + key
                        + "\r\nPrefer: respond-async\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
    }

    /** Reads one whole answer, of a length given or in chunks; false if the server closes the connection after it. */
    private static boolean answer(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).split(" ", 3)[1]);
        if (status != 202) {
            throw new IOException("POST: " + status + " (expected: 202)");
        }
        int length = -1;
        boolean kept = true;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            kept &= !lower.equals("connection: close");
        }
        if (length >= 0) {
            in.skipNBytes(length);
            return kept;
        }
        for (int chunk = chunk(in); chunk > 0; chunk = chunk(in)) {
            in.skipNBytes(chunk);
            line(in);
        }
        line(in);
        return kept;
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new IOException("the server hung up");
            }
            if (read != '\r') {
                line.append((char) read);
            }
        }
        return line.toString();
    }
}
