package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that send what no HTTP client would: the half of a request, or its bytes one by one. Closing hangs all of them up. */
final class RawClients implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_DROPS = Duration.ofMillis(20);

    private final List<Socket> open = new ArrayList<>();

    /** Those that were made so far. */
    List<Socket> all() {
        return open;
    }

    Socket send(int port, String text) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(client);
        client.setSoTimeout((int) PATIENCE.toMillis());
        client.getOutputStream().write(text.getBytes(UTF_8));
        client.getOutputStream().flush();
        return client;
    }

    /** Goes on to send, slowly, until the other side has had enough. */
    static void drip(Socket client) {
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    client.getOutputStream().write(' ');
                    Thread.sleep(BETWEEN_DROPS);
                }
            } catch (IOException | InterruptedException refused) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** All that comes before the connection is closed. After its answer, a server has no use for the rest of a request. */
    static String answer(Socket client) throws IOException {
        StringBuilder answer = new StringBuilder();
        try {
            for (int read = client.getInputStream().read();
                    read >= 0;
                    read = client.getInputStream().read()) {
                answer.append((char) read);
            }
        } catch (IOException reset) {
            assertThat(answer).as("before the connection was reset").isNotEmpty();
        }
        return answer.toString();
    }

    @Override
    public void close() throws IOException {
        for (Socket client : open) {
            client.close();
        }
        open.clear();
    }
}
