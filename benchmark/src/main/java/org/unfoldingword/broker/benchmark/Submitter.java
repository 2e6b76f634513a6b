package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.message.Json;

/**
 * A client of the broker on plain sockets, which takes next to nothing of the machine. Safe for threads; posts a bounded number of
 * messages at a time.
 */
final class Submitter implements AutoCloseable {

    private static final int POSTS_MAX = 64;
    /** Servers close a connection that nobody uses, some after 5 s. */
    private static final long IDLE_NANOS_MAX = 2_000_000_000L;

    private final Semaphore places = new Semaphore(POSTS_MAX);
    private final Deque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final URI server;
    private final String key;

    Submitter(String url, String key) {
        this.server = URI.create(url);
        this.key = key;
    }

    /**
     * Submits message {@code number} of the user; returns when it is accepted.
     *
     * @param callbackUrl where the answer goes; none: it is left to be read
     */
    Posted post(String user, int number, Optional<String> callbackUrl) throws IOException, InterruptedException {
        ObjectNode message = message(user, callbackUrl).put("message", Integer.toString(number));
        message.putObject("metadata").put("number", number);
        String body = message.toString();
        places.acquire();
        try {
            RawConnection connection = connection();
            long sentNanos = System.nanoTime();
            connection.post("/api/v1/message", "Prefer: respond-async", body);
            RawConnection.Answer answer = connection.answer();
            long answeredNanos = System.nanoTime();
            if (answer.kept()) {
                idle.push(new Idle(connection, answeredNanos));
            } else {
                connection.close();
            }
            if (answer.status() != 202) {
                throw new IOException(
                        "POST /api/v1/message: " + answer.status() + " (expected: 202): " + answer.body());
            }
            return new Posted(sentNanos, answeredNanos);
        } finally {
            places.release();
        }
    }

    /**
     * So many users submit their messages 1 to {@code each}, each one after the other; returns when all are accepted.
     *
     * @param users what their names begin with
     */
    Map<LoadMessage, Posted> postAll(String users, int many, int each, Optional<String> callbackUrl)
            throws InterruptedException {
        Map<LoadMessage, Posted> posted = new ConcurrentHashMap<>();
        try (InParallel clients = new InParallel()) {
            for (int i = 0; i < many; i++) {
                String user = users + "-" + i;
                clients.start(() -> {
                    for (int number = 1; number <= each; number++) {
                        posted.put(new LoadMessage(user, number), post(user, number, callbackUrl));
                    }
                    return user;
                });
            }
            clients.join();
        }
        return posted;
    }

    /** A message to which its content is to be added. */
    static ObjectNode message(String user, Optional<String> callbackUrl) {
        ObjectNode message =
                Json.object().put("user_id", user).put("org_id", "bench").put("client_id", "bench");
        callbackUrl.ifPresent(url -> message.put("callback_url", url));
        return message;
    }

    @Override
    public void close() throws IOException {
        for (Idle one = idle.poll(); one != null; one = idle.poll()) {
            one.connection.close();
        }
    }

    private RawConnection connection() throws IOException {
        for (@Nullable Idle one = idle.poll(); one != null; one = idle.poll()) {
            if (System.nanoTime() - one.sinceNanos < IDLE_NANOS_MAX) {
                return one.connection;
            }
            one.connection.close();
        }
        return new RawConnection(server, key);
    }

    /** When a message was sent and when it was accepted, {@link System#nanoTime}. */
    record Posted(long sentNanos, long answeredNanos) {}

    private record Idle(RawConnection connection, long sinceNanos) {}
}
