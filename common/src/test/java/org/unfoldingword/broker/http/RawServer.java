package org.unfoldingword.broker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server made of one socket, which does what no HTTP server would: drips, falls silent, cuts the line. */
public final class RawServer implements AutoCloseable {

    /** What to do with a connection, once a request has been read from it. */
    public interface Manners {
        void answer(OutputStream out, Socket socket) throws Exception;
    }

    private final Manners manners;
    private final boolean keepsConnections;
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    private RawServer(Manners manners, boolean keepsConnections) {
        this.manners = manners;
        this.keepsConnections = keepsConnections;
        try {
            this.server = new ServerSocket(0, /* backlog= */ 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.startVirtualThread(this::accept);
    }

    /** Closes a connection once its request is answered. */
    public static RawServer answering(Manners manners) {
        return new RawServer(manners, /* keepsConnections= */ false);
    }

    /** As {@link #answering}, always in these words. */
    public static RawServer saying(String answer) {
        return answering((out, socket) -> write(out, answer));
    }

    /** Takes one request after the other from a connection. */
    public static RawServer keepingConnections(Manners manners) {
        return new RawServer(manners, /* keepsConnections= */ true);
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** How many were made so far. */
    public int connections() {
        return connections.get();
    }

    /** All so far that nobody took, each with head and body. */
    public BlockingQueue<String> requests() {
        return requests;
    }

    public static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException closed) {
            // That is how it ends.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            do {
                requests.add(request(socket.getInputStream()));
                manners.answer(socket.getOutputStream(), socket);
            } while (keepsConnections);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } catch (Exception gone) {
            // The client has hung up, as some tests want it to.
        }
    }

    private static String request(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.write(b);
        }
        String text = head.toString(ISO_8859_1);
        int length = text.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(
                        line.substring("content-length:".length()).strip()))
                .findFirst()
                .orElse(0);
        return text + new String(in.readNBytes(length), UTF_8);
    }
}
