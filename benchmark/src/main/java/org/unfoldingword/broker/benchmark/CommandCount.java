package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands that clients sent to the store, out of {@code INFO commandstats}.
 *
 * <p>Those statistics also count what scripts call, so only commands that no script of ours calls are added up; and
 * {@code GET}, which a script calls only for an idempotency key, and the benchmark sends none.
 */
record CommandCount(int port) {

    private static final Pattern LINE = Pattern.compile("cmdstat_([a-z]+)[^:]*:calls=(\\d+)");
    private static final Set<String> SENT = Set.of(
            "evalsha",
            "eval",
            "blpop",
            "get",
            "psetex",
            "setnx",
            "subscribe",
            "unsubscribe",
            "ping",
            "hello",
            "client");

    /** Since the store started. */
    long sent() throws IOException {
        long sum = 0;
        for (Matcher line = LINE.matcher(statistics()); line.find(); ) {
            if (SENT.contains(line.group(1))) {
                sum += Long.parseLong(line.group(2));
            }
        }
        return sum;
    }

    private String statistics() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("INFO commandstats\r\n".getBytes(UTF_8));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder header = new StringBuilder();
            for (int read = in.read(); read != '\n'; read = in.read()) {
                if (read < 0) {
                    throw new IOException("INFO commandstats: no answer");
                }
                header.append((char) read);
            }
            String length = header.toString().strip();
            if (!length.startsWith("$")) {
                throw new IOException("INFO commandstats: " + length + " (expected: $, its length)");
            }
            return new String(in.readNBytes(Integer.parseInt(length.substring(1))), UTF_8);
        }
    }
}
