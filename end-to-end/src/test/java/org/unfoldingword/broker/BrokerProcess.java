package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.unfoldingword.broker.http.FreePort;
import org.unfoldingword.broker.lane.RedisProcess;

/** The runnable jar as a process of its own, started as its users start it. Closing it leaves nothing behind. */
final class BrokerProcess implements AutoCloseable {

    static final String API_KEY = "brk_end-to-end";

    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final Duration END_MAX = Duration.ofSeconds(90);

    private final Plan plan;
    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private BrokerProcess(Plan plan, Process process) {
        this.plan = plan;
        this.process = process;
        this.readers = List.of(
                collect(process.inputReader(StandardCharsets.UTF_8), out),
                collect(process.errorReader(StandardCharsets.UTF_8), err));
    }

    /** A command with its environment; each start of it is another process on the same ports and data. */
    record Plan(String command, List<String> arguments, Map<String, String> environment) {

        static Plan of(String command, String... arguments) {
            return new Plan(command, List.of(arguments), Map.of())
                    .with("PORT", Integer.toString(FreePort.any()))
                    .with("MANAGEMENT_PORT", Integer.toString(FreePort.any()))
                    .with("HOST", "127.0.0.1")
                    .with("BROKER_API_KEY", API_KEY)
                    .with("BROKER_CALLBACK_ALLOWED_HOSTS", "127.0.0.1,localhost")
                    .with("BROKER_CALLBACK_SIGNING_SECRET", CallbackReceiver.SECRET);
        }

        Plan with(String variable, Object value) {
            Map<String, String> more = new HashMap<>(environment);
            more.put(variable, value.toString());
            return new Plan(command, arguments, Map.copyOf(more));
        }

        int port() {
            return Integer.parseInt(environment.get("PORT"));
        }

        /** Starts it, whatever becomes of it. */
        BrokerProcess launch() {
            try {
                return new BrokerProcess(this, commandLine().start());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        ProcessBuilder commandLine() {
            ProcessBuilder builder = new ProcessBuilder(LaunchedJar.command("-Xmx512m"));
            builder.command().add(command);
            builder.command().addAll(arguments);
            builder.environment().keySet().retainAll(List.of("PATH", "HOME", "TMPDIR", "LANG"));
            builder.environment().putAll(environment);
            return builder;
        }

        /** Starts it and returns once it says that it can serve. */
        BrokerProcess start() {
            return launch().awaitReady();
        }
    }

    BrokerProcess awaitReady() {
        String ready = plan.command().equals("start") ? "broker ready on " : "broker " + plan.command() + " ready";
        try {
            await("ready: " + plan.command())
                    .atMost(START_MAX)
                    .until(() -> out.stream().anyMatch(line -> line.startsWith(ready)) || !process.isAlive());
            if (!process.isAlive()) {
                throw new AssertionError("ended instead of serving");
            }
            return this;
        } catch (RuntimeException | AssertionError late) {
            close();
            throw new AssertionError(this + " did not become ready:\n" + told(), late);
        }
    }

    int port() {
        return plan.port();
    }

    int managementPort() {
        return Integer.parseInt(plan.environment().get("MANAGEMENT_PORT"));
    }

    BrokerClient client() {
        return new BrokerClient("http://127.0.0.1:" + plan.port());
    }

    /** As {@code kill -9}; returns once it is dead. The embedded Redis, a daemon, lives on. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** As {@code kill -9} of the Redis that {@code start} has embedded; returns once it is dead. */
    void killRedis() {
        redis().ifPresent(redis -> {
            redis.destroyForcibly();
            await("the end of redis-server " + redis.pid()).atMost(END_MAX).until(() -> !isRedis(redis));
        });
    }

    /** As {@code kill -STOP}: it stands still, with its connections open, until {@link #thaw}. */
    void freeze() {
        RedisProcess.signal(process, "STOP");
    }

    void thaw() {
        RedisProcess.signal(process, "CONT");
    }

    /** As {@code kill}, which asks for an orderly end; returns at once. */
    void terminate() {
        process.destroy();
    }

    /** The exit status, once it has ended by itself and all that it printed is here. */
    int awaitExit() {
        await("the end of " + this).atMost(END_MAX).until(() -> !process.isAlive());
        readers.forEach(BrokerProcess::join);
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The lines on stdout so far. */
    List<String> out() {
        return List.copyOf(out);
    }

    /** The lines on stderr so far: the log, and why it ended. */
    List<String> err() {
        return List.copyOf(err);
    }

    /** All that it has printed, for the message of a test that fails. */
    String told() {
        return String.join("\n", out) + "\n" + String.join("\n", err);
    }

    /** The redis-server that was started for this process's data, if it runs. */
    Optional<ProcessHandle> redis() {
        return Optional.ofNullable(plan.environment().get("BROKER_DATA_DIR")).flatMap(data -> redis(Path.of(data)));
    }

    /** The redis-server that was started for the data, if it runs. */
    static Optional<ProcessHandle> redis(Path data) {
        Path pid = data.resolve("redis").resolve("redis.pid");
        try {
            return Files.exists(pid)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                            .filter(BrokerProcess::isRedis)
                    : Optional.empty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        kill();
        killRedis();
    }

    @Override
    public String toString() {
        return "broker " + plan.command() + " (process " + process.pid() + ")";
    }

    /** A dead process that nobody has waited for still has a handle, but no command. */
    private static boolean isRedis(ProcessHandle process) {
        return process.isAlive() && process.info().command().orElse("").contains("redis-server");
    }

    private static Thread collect(BufferedReader from, List<String> lines) {
        return Thread.ofVirtual().start(() -> {
            try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                    lines.add(line);
                }
            } catch (IOException ended) {
                lines.add("(" + ended.getMessage() + ")");
            }
        });
    }

    private static void join(Thread reader) {
        try {
            reader.join(END_MAX);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
