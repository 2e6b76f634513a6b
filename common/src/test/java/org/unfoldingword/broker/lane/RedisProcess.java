package org.unfoldingword.broker.lane;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** A redis-server on loopback, a process that can be killed, started again on what it left, and made to stand still. */
public final class RedisProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final List<String> command;
    private final Path folder;
    private final int port;
    private Process process;

    private RedisProcess(List<String> command, Path folder, int port) {
        this.command = command;
        this.folder = folder;
        this.port = port;
        this.process = launch();
    }

    /**
     * The embedded one, or the one that {@code test.redis} names.
     *
     * @param folder where it keeps its files and its log
     * @param options as on its command line
     */
    public static RedisProcess start(Path folder, int port, String... options) {
        return start(executable(), folder, port, List.of(options));
    }

    /** @param server the executable, by its path or as the shell finds it */
    public static RedisProcess start(String server, Path folder, int port, List<String> options) {
        List<String> command = new ArrayList<>(List.of(server));
        command.addAll(options);
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
        command.addAll(List.of("--dir", folder.toString(), "--save", ""));
        return new RedisProcess(command, folder, port);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9}; returns once it is dead. */
    public void kill() {
        process.destroyForcibly();
        await("the end of redis-server").atMost(PATIENCE).until(() -> !process.isAlive());
    }

    /** Starts it on the data that it left. */
    public void revive() {
        process = launch();
    }

    /** As {@code kill -STOP}: it answers nobody, with its connections open, until {@link #thaw}. */
    public void freeze() {
        signal(process, "STOP");
    }

    public void thaw() {
        signal(process, "CONT");
    }

    /** @param name of the signal, as {@code kill} takes it */
    public static void signal(Process process, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private static String executable() {
        try {
            File server = TestRedis.executable().isPresent()
                    ? TestRedis.executable().get()
                    : ExecutableProvider.newJarResourceProvider().get();
            return server.toString();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Process launch() {
        try {
            Files.createDirectories(folder);
            Process launched = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            await("redis-server answers").atMost(PATIENCE).until(this::answers);
            return launched;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        } catch (IOException notYet) {
            return false;
        }
    }
}
