package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;

/** One connection to the broker's API on a plain socket, which costs a client next to nothing. Confined to a thread. */
final class RawConnection implements AutoCloseable {

    private static final int BUFFER_BYTES = 1024;

    private final URI server;
    private final String key;
    private final Socket socket;
    private final InputStream in;
    /** What is left to read of the present chunk, and whether there was one. */
    private int chunkLeft;

    private boolean inBody;

    RawConnection(URI server, String key) throws IOException {
        this.server = server;
        this.key = key;
        this.socket = new Socket(server.getHost(), server.getPort());
        this.socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    }

    /** @param header one header line */
    void post(String path, String header, String body) throws IOException {
        send(
                "POST " + path,
                header + "\r\nContent-Type: application/json\r\nContent-Length: " + body.getBytes(UTF_8).length
                        + "\r\n",
                body);
    }

    void get(String path) throws IOException {
        send("GET " + path, "", "");
    }

    void delete(String path) throws IOException {
        send("DELETE " + path, "", "");
    }

    /** Waits for one whole answer, of a length given or in chunks. */
    Answer answer() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = -1;
        boolean kept = true;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            kept &= !lower.equals("connection: close");
        }
        if (length >= 0) {
            return new Answer(status, new String(in.readNBytes(length), UTF_8), kept);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int chunk = chunk(); chunk > 0; chunk = chunk()) {
            body.writeBytes(in.readNBytes(chunk));
            line();
        }
        line();
        return new Answer(status, body.toString(UTF_8), kept);
    }

    /** Passes over the head of an answer in chunks, whose body is a stream of events. */
    void head() throws IOException {
        String status = line();
        for (String header = status; !header.isEmpty(); header = line()) {}
        if (!status.contains(" 200 ")) {
            throw new IOException(status);
        }
    }

    /** Waits for the next event of a stream whose head was read. */
    Event event() throws IOException {
        String name = "";
        String data = "";
        while (true) {
            String line = line(this::inChunks);
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data = line.substring("data: ".length());
            } else if (line.isEmpty() && !data.isEmpty()) {
                return new Event(name, data);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void send(String request, String headers, String body) throws IOException {
        socket.getOutputStream()
                .write((request + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nX-API-Key: " + key + "\r\n"
                                + headers + "\r\n" + body)
                        .getBytes(UTF_8));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().strip(), 16);
    }

    /** The next byte of a body in chunks. */
    private int inChunks() throws IOException {
        if (chunkLeft == 0) {
            if (inBody) {
                line();
            }
            chunkLeft = chunk();
            inBody = chunkLeft > 0;
            if (!inBody) {
                return -1;
            }
        }
        chunkLeft--;
        return in.read();
    }

    private String line() throws IOException {
        return line(in::read);
    }

    private static String line(Bytes bytes) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = bytes.next(); read != '\n'; read = bytes.next()) {
            if (read < 0) {
                throw new IOException("the server hung up");
            }
            if (read != '\r') {
                line.append((char) read);
            }
        }
        return line.toString();
    }

    /**
     * An answer's head and body.
     *
     * @param kept the connection may be used again
     */
    record Answer(int status, String body, boolean kept) {

        String messageId() {
            return body.replaceAll("(?s).*\"message_id\":\"([^\"]+)\".*", "$1");
        }
    }

    /**
     * A server-sent event.
     *
     * @param name empty where it has none
     */
    record Event(String name, String data) {}

    private interface Bytes {
        int next() throws IOException;
    }
}
