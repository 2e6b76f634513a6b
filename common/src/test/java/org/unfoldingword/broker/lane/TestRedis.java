package org.unfoldingword.broker.lane;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * A real redis-server on a free port, with its append-only file in a folder of its own; one for all tests of a JVM. It is the
 * embedded 6.2, or the one that the system property {@code test.redis} names.
 */
public final class TestRedis {

    private static final TestRedis SHARED = start();

    private final int port;

    private TestRedis(int port) {
        this.port = port;
    }

    /** The JVM's server, emptied. */
    public static TestRedis emptied() {
        try (Redis redis = Redis.open(SHARED.properties())) {
            redis.call(commands -> commands.flushall());
        }
        return SHARED;
    }

    /** The JVM's server, as it is. */
    static TestRedis shared() {
        return SHARED;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public RedisProperties properties() {
        return new RedisProperties(url(), java.time.Duration.ofSeconds(5), java.time.Duration.ofSeconds(2));
    }

    /** The server that was asked for in place of the embedded one. */
    static Optional<File> executable() {
        return Optional.ofNullable(System.getProperty("test.redis")).map(File::new);
    }

    private static TestRedis start() {
        try {
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            Path data = Files.createTempDirectory("test-redis");
            RedisServerBuilder builder = RedisServer.newRedisServer();
            executable().ifPresent(file -> builder.executableProvider(() -> file));
            RedisServer server = builder.port(port)
                    .setting("bind 127.0.0.1")
                    .setting("appendonly yes")
                    .setting("dir " + data)
                    .build();
            server.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    server.stop();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
            return new TestRedis(port);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
