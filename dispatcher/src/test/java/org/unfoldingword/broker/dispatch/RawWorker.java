package org.unfoldingword.broker.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A worker made of one socket, which can do what no HTTP server would: drip, fall silent, cut the line. */
final class RawWorker implements AutoCloseable {

    /** What to do with a connection once its request is read. */
    interface Script {
        void play(OutputStream out, Socket socket) throws IOException, InterruptedException;
    }

    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final ServerSocket server;

    RawWorker(Script script) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket, script));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            requests.add(read(socket.getInputStream()));
            script.play(socket.getOutputStream(), socket);
        } catch (IOException gone) {
            // The client has hung up, as some tests want it to.
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            text.append((char) b);
        }
        String head = text.toString();
        int length = Integer.parseInt(head.replaceAll("(?is).*content-length: (\\d+).*", "$1"));
        return head + new String(in.readNBytes(length), UTF_8);
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
