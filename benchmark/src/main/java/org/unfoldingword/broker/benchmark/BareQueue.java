package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a keyed queue on this Redis could do at most: three scripts, {@code append}, {@code take} and {@code end}, each called for 64
 * messages at a time by one thread that does nothing else. Each rung adds one promise and keeps those below it.
 */
final class BareQueue implements AutoCloseable {

    private static final int AT_A_TIME = 64;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisCommands<String, String> redis;
    private final String rung;
    private final String append;
    private final String take;
    private final String end;

    BareQueue(Bench bench, Rung rung) throws IOException {
        bench.store().flush();
        this.client = RedisClient.create(bench.store().url());
        this.connection = client.connect();
        this.redis = connection.sync();
        this.rung = Integer.toString(rung.height);
        this.append = redis.scriptLoad(script("append"));
        this.take = redis.scriptLoad(script("take"));
        this.end = redis.scriptLoad(script("end"));
    }

    /** Works so many messages of each conversation through, and returns how many a second. */
    double perSecond(int conversations, int each, byte[] body) {
        int all = conversations * each;
        String text = new String(body, UTF_8);
        long startNanos = System.nanoTime();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < all; i++) {
            names.add("user-" + i % conversations);
            if (names.size() == AT_A_TIME || i == all - 1) {
                names.addFirst(text);
                run(append, names);
                names.clear();
            }
        }
        int ended = 0;
        while (ended < all) {
            List<String> taken = run(take, List.of(Integer.toString(AT_A_TIME)));
            run(end, taken);
            ended += taken.size() / 4;
        }
        return all / ((System.nanoTime() - startNanos) / 1e9);
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }

    private List<String> run(String sha, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addFirst(rung);
        return redis.evalsha(sha, ScriptOutputType.MULTI, new String[] {"bare:"}, all.toArray(String[]::new));
    }

    private static String script(String name) {
        try (InputStream in = BareQueue.class.getResourceAsStream("bare-" + name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("bare-" + name + ".lua: not on the class path");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the queue promises. */
    enum Rung {
        /** One at a time and in order; a crash loses what was taken. */
        ORDER(0, "order alone"),
        /** A consumer group: a crash loses nothing, and XPENDING tells what runs. */
        GROUP(1, "+ consumer group"),
        /** A message can be looked up, with its times, its attempts and its result, until a day after its end. */
        RECORD(2, "+ record and result"),
        /** A lease that lapses by itself, under a token that fences its holder. */
        LEASE(3, "+ lease and token");

        private final int height;
        private final String text;

        Rung(int height, String text) {
            this.height = height;
            this.text = text;
        }

        String text() {
            return text;
        }
    }
}
