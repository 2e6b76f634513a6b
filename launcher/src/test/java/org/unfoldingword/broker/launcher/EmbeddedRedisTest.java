package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.launcher.EmbeddedRedis.Fsync;
import org.unfoldingword.broker.telemetry.SystemTime;

/** With the real redis-server. A second {@link EmbeddedRedis} on the same directory stands for the next start. */
class EmbeddedRedisTest {

    @TempDir
    private Path temporary;

    private Path directory;
    private EmbeddedRedis first;

    @BeforeEach
    void open() throws IOException {
        directory = temporary.toRealPath();
        first = redis(Fsync.ALWAYS);
    }

    @AfterEach
    void end() {
        first.stop();
    }

    @Test
    void writesEveryAcceptedMessageToDiskAndNeverEvicts() throws IOException {
        int port = first.start();

        assertThat(setting(port, "appendonly")).isEqualTo("yes");
        assertThat(setting(port, "appendfsync")).isEqualTo("always");
        assertThat(setting(port, "aof-use-rdb-preamble")).isEqualTo("yes");
        assertThat(setting(port, "maxmemory-policy")).isEqualTo("noeviction");
        assertThat(setting(port, "bind")).isEqualTo("127.0.0.1");
    }

    @Test
    void keepsDataAndPortOverARestart() throws IOException {
        int port = first.start();
        ask(port, "SET", "accepted", "yes");
        first.stop();
        assertThat(directory.resolve("redis.pid")).doesNotExist();

        EmbeddedRedis second = redis(Fsync.ALWAYS);

        assertThat(second.start()).isEqualTo(port);
        assertThat(ask(port, "GET", "accepted")).containsExactly("yes");
    }

    @Test
    void takesAnotherPortWhenItsOwnIsTaken() throws IOException {
        int port = first.start();
        ask(port, "SET", "accepted", "yes");
        first.stop();
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            int moved = redis(Fsync.ALWAYS).start();

            assertThat(moved).isNotEqualTo(other.getLocalPort());
            assertThat(ask(moved, "GET", "accepted")).containsExactly("yes");
        }
    }

    @Test
    void adoptsTheServerThatAKilledBrokerLeftBehind() throws IOException {
        int port = first.start();
        ask(port, "SET", "accepted", "yes");
        String orphan = Files.readString(directory.resolve("redis.pid"));

        int adopted = redis(Fsync.EVERYSEC).start();

        assertThat(adopted).isEqualTo(port);
        assertThat(directory.resolve("redis.pid")).hasContent(orphan);
        assertThat(ask(port, "GET", "accepted")).containsExactly("yes");
        assertThat(setting(port, "appendfsync")).isEqualTo("everysec");
    }

    @Test
    void doesNotAdoptTheServerOfAnotherDirectory(@TempDir Path elsewhere) throws IOException {
        int port = first.start();
        Files.writeString(elsewhere.resolve("redis.port"), Integer.toString(port));
        EmbeddedRedis other = redis(elsewhere.toRealPath(), Fsync.ALWAYS);
        try {
            assertThat(other.start()).isNotEqualTo(port);
        } finally {
            other.stop();
        }
        assertThat(ask(port, "PING")).containsExactly("PONG");
    }

    @Test
    void neverRunsASecondServerOnTheSameFiles() throws IOException {
        int port = first.start();
        Files.writeString(directory.resolve("redis.port"), "1");

        assertThatThrownBy(() -> redis(Fsync.ALWAYS).start())
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("runs but does not answer (expected: ");

        Files.writeString(directory.resolve("redis.port"), Integer.toString(port));
    }

    @Test
    void saysWhatTheServerSaidWhenTheDataIsDamaged() throws IOException {
        Files.writeString(directory.resolve("appendonly.aof"), "*1\r\n$3\r\nNO!SUCH\r\n");

        assertThatThrownBy(first::start)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("append only file")
                .hasMessageContaining("redis.log");
    }

    @Test
    void stoppingWhatNeverRanDoesNothing() {
        first.stop();

        assertThat(directory).isEmptyDirectory();
    }

    private EmbeddedRedis redis(Fsync fsync) {
        return redis(directory, fsync);
    }

    private static EmbeddedRedis redis(Path directory, Fsync fsync) {
        return new EmbeddedRedis(directory, fsync, Sleeper.real(), SystemTime.ticker());
    }

    private static String setting(int port, String name) throws IOException {
        return ask(port, "CONFIG", "GET", name).getLast();
    }

    private static List<String> ask(int port, String... words) throws IOException {
        try (RedisSocket socket = RedisSocket.connect(port)) {
            return socket.ask(words);
        }
    }
}
