package org.unfoldingword.broker.launcher;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A few words with a Redis on this machine, before there is a driver, and after. For one thread. */
final class RedisSocket implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Socket socket;
    private final InputStream in;

    private RedisSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RedisSocket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            return new RedisSocket(socket);
        } catch (IOException unreachable) {
            socket.close();
            throw unreachable;
        }
    }

    /**
     * The reply's words: an error is its text, a number its digits; empty if the server hangs up instead, as on SHUTDOWN.
     *
     * @param words without white space
     */
    List<String> ask(String... words) throws IOException {
        if (words[0].equals("SHUTDOWN")) {
            // Writes and syncs first.
            socket.setSoTimeout((int) Duration.ofMinutes(1).toMillis());
        }
        socket.getOutputStream().write((String.join(" ", words) + "\r\n").getBytes(StandardCharsets.UTF_8));
        List<String> reply = new ArrayList<>();
        read(reply);
        return reply;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void read(List<String> reply) throws IOException {
        String line = line();
        if (line.isEmpty()) {
            return;
        }
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '*' -> {
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    read(reply);
                }
            }
            case '$' -> {
                reply.add(new String(in.readNBytes(Integer.parseInt(rest)), StandardCharsets.UTF_8));
                line();
            }
            case '+', '-', ':' -> reply.add(rest);
            default -> throw new IOException("not a Redis: answers '" + line + "'");
        }
    }

    /** Without its end; empty at the end of the stream. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read >= 0 && read != '\n' && line.size() < 1024; read = in.read()) {
            if (read != '\r') {
                line.write(read);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
