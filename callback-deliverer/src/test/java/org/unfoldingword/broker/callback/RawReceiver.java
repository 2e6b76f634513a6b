package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A receiver on loopback that misbehaves as told, byte for byte. */
final class RawReceiver implements AutoCloseable {

    /** What to do with a connection, once a request has been read from it. */
    interface Manners {
        void answer(OutputStream out, Socket socket) throws Exception;
    }

    private final ServerSocket server;
    private final Manners manners;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    RawReceiver(Manners manners) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.manners = manners;
        Thread.startVirtualThread(this::accept);
    }

    /** Says this after every request, and keeps the connection. */
    static RawReceiver saying(String answer) throws IOException {
        return new RawReceiver((out, socket) -> out.write(answer.getBytes(ISO_8859_1)));
    }

    /** Says this, lets the test know, and then nothing more, though the connection stays. */
    static RawReceiver sayingThenSilent(String answer, Runnable silent) throws IOException {
        return new RawReceiver((out, socket) -> {
            out.write(answer.getBytes(ISO_8859_1));
            silent.run();
            new CountDownLatch(1).await();
        });
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** The heads of the requests so far, with their line ends. */
    List<String> heads() {
        return heads;
    }

    List<byte[]> bodies() {
        return bodies;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException e) {
            closed.countDown();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                bodies.add(in.readNBytes(contentLength(head)));
                heads.add(head);
                manners.answer(socket.getOutputStream(), socket);
            }
        } catch (Exception e) {
            // the client hung up, or the test is over
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        return head.toString(ISO_8859_1);
    }

    private static int contentLength(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() throws Exception {
        server.close();
        closed.await();
    }
}
