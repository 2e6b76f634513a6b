package org.unfoldingword.broker.lane;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.unfoldingword.broker.http.FreePort;

/**
 * A real redis-server with its append-only file in a folder of its own; one for all tests of a JVM. It is the embedded 6.2, or
 * the one that the system property {@code test.redis} names, or one of the image that {@code test.redis.image} names, such as
 * {@code valkey/valkey:8}.
 */
public final class TestRedis {

    private static final class Shared {

        /** Started with its first use. */
        static final TestRedis SERVER = new TestRedis(started());

        /** Containers are not even looked at unless one is asked for: other modules' tests do without their library. */
        private static String started() {
            Optional<String> image = image();
            return image.isPresent() ? RedisContainer.start(image.get()) : ofTheMachine();
        }
    }

    private final String url;

    private TestRedis(String url) {
        this.url = url;
    }

    /** The JVM's server, emptied. */
    public static TestRedis emptied() {
        TestRedis server = shared();
        try (Redis redis = Redis.open(server.properties())) {
            redis.call(commands -> commands.flushall());
        }
        return server;
    }

    /** The JVM's server, as it is. */
    static TestRedis shared() {
        return Shared.SERVER;
    }

    public String url() {
        return url;
    }

    public RedisProperties properties() {
        return RedisProperties.of(url, Duration.ofSeconds(5), Duration.ofSeconds(2));
    }

    /** The server that was asked for in place of the embedded one. */
    static Optional<File> executable() {
        return Optional.ofNullable(System.getProperty("test.redis")).map(File::new);
    }

    /** The image whose server was asked for in place of any of the machine. */
    static Optional<String> image() {
        return Optional.ofNullable(System.getProperty("test.redis.image"));
    }

    private static String ofTheMachine() {
        try {
            Path folder = Files.createTempDirectory("test-redis");
            RedisProcess server = RedisProcess.start(folder, FreePort.any(), "--appendonly", "yes");
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server.url();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
