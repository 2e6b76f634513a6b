package org.unfoldingword.broker.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * A real redis-server of one data directory, in a session of its own: Ctrl-C in the terminal reaches the broker alone, which
 * drains first and ends Redis last.
 *
 * <p>All that is known of it lies in the directory (port, process id, log), so a start finds the one that a killed broker left
 * behind. It <em>adopts</em> that one rather than start anew: nothing has to be loaded, so the conversations go on at once, and
 * what it holds is by definition the newest state. Its settings are brought up to date.
 *
 * <p>The holder of the directory's {@link DataLock} is the only caller. {@link #stop} may be called from another thread, at any
 * moment and repeatedly.
 */
final class EmbeddedRedis {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedRedis.class);

    private static final Duration POLL = Duration.ofMillis(20);
    /** Without any sign of life for so long, the server will not come. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    private final Path directory;
    private final Fsync fsync;
    private final Sleeper sleeper;
    private final Ticker ticker;

    /** @param directory exists, is real (no links), and holds nothing but this */
    EmbeddedRedis(Path directory, Fsync fsync, Sleeper sleeper, Ticker ticker) {
        this.directory = directory;
        this.fsync = fsync;
        this.sleeper = sleeper;
        this.ticker = ticker;
    }

    /**
     * Returns the port, once the data is loaded and the server answers.
     *
     * @throws StartFailure naming what is wrong
     */
    int start() {
        try {
            Optional<Integer> orphan = livingPort();
            if (orphan.isPresent()) {
                log.info("found the Redis that an earlier start left on port {}, going on with it", orphan.get());
                awaitLoaded(orphan.get());
                ask(orphan.get(), "CONFIG", "SET", "appendfsync", fsync.word());
                return orphan.get();
            }
            refuseMute();
            int port = freePort();
            launch(port);
            awaitLoaded(port);
            return port;
        } catch (IOException failed) {
            throw new StartFailure(
                    "embedded Redis in " + directory + ": " + FailureLine.reason(failed) + logged(), failed);
        }
    }

    /** Returns when the server has written all and ended, or does not do so. Nothing happens if none runs. */
    void stop() {
        try {
            Optional<Integer> port = livingPort();
            if (port.isEmpty()) {
                return;
            }
            // Answers by hanging up, once all is written.
            String refusal = ask(port.get(), "SHUTDOWN");
            if (!refusal.isEmpty()) {
                log.error("the embedded Redis refuses to end ({}), it runs on; see {}", refusal, file("log"));
            }
        } catch (IOException unknown) {
            log.warn("the embedded Redis may still run ({}); the next start finds it", FailureLine.reason(unknown));
        }
    }

    /** The port on which a server of this very directory answers. */
    private Optional<Integer> livingPort() throws IOException {
        Optional<Integer> known = keptNumber("port").map(Math::toIntExact);
        if (known.isEmpty()) {
            return known;
        }
        try (RedisSocket socket = RedisSocket.connect(known.get())) {
            // Another program, or the Redis of another directory, may have the port by now.
            List<String> answer = socket.ask("CONFIG", "GET", "dir");
            return known.filter(port -> answer.equals(List.of("dir", directory.toString())));
        } catch (IOException nobody) {
            return Optional.empty();
        }
    }

    /** Two servers on the same files would ruin them. */
    private void refuseMute() throws IOException {
        Optional<ProcessHandle> mute =
                process().filter(process -> process.info().command().orElse("").contains("redis-server"));
        if (mute.isPresent()) {
            throw new IOException("the redis-server of an earlier start (process "
                    + mute.get().pid()
                    + ") runs but does not answer (expected: it answers or is gone; end it with kill)");
        }
        Files.deleteIfExists(file("pid"));
    }

    /** The port of last time if it is free, so that redis-cli finds it again; else any. */
    private int freePort() throws IOException {
        Optional<Integer> kept = keptNumber("port").map(Math::toIntExact).filter(EmbeddedRedis::isFree);
        if (kept.isPresent()) {
            return kept.get();
        }
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private void launch(int port) throws IOException {
        RedisBinary binary = RedisBinary.locate(directory);
        if (binary.majorVersion() < 7 && Files.exists(directory.resolve("appendonlydir"))) {
            throw new IOException("the data is of Redis 7 or newer (expected: such a redis-server on the PATH; "
                    + binary.path() + " is of version " + binary.majorVersion() + ")");
        }
        Files.writeString(file("port"), Integer.toString(port));
        Files.writeString(file("conf"), configuration(port));
        Process starting = new ProcessBuilder(binary.path(), file("conf").toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        // The server detaches itself (daemonize), so this process ends at once.
        String said = new String(starting.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (starting.waitFor() != 0) {
                throw new IOException("redis-server: " + said);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while starting", ended);
        }
    }

    private String configuration(int port) {
        return """
                # Written at every start; changes are lost.
                bind 127.0.0.1
                port %d
                daemonize yes
                dir "%s"
                pidfile "%s"
                logfile "%s"
                # Everything accepted is on the disk; snapshots would add nothing.
                appendonly yes
                aof-use-rdb-preamble yes
                appendfsync %s
                # Most queues hold a message or two, and a stream's node is allocated whole.
                stream-node-max-bytes 512
                save ""
                # A full Redis refuses rather than forget.
                maxmemory-policy noeviction
                """.formatted(port, directory, file("pid"), file("log"), fsync.word());
    }

    private void awaitLoaded(int port) throws IOException {
        long deadline = ticker.nanos() + SILENCE_MAX.toNanos();
        Duration told = Duration.ofSeconds(2);
        Duration waited = Duration.ZERO;
        while (true) {
            try {
                String answer = ask(port, "PING");
                if (answer.equals("PONG")) {
                    return;
                }
                // It lives; loading takes as long as it takes.
                deadline = ticker.nanos() + SILENCE_MAX.toNanos();
                if (waited.compareTo(told) >= 0) {
                    log.info("the embedded Redis is not ready yet ({})", answer);
                    told = waited.plusSeconds(5);
                }
            } catch (IOException notYet) {
                boolean dead = Files.exists(file("pid")) && process().isEmpty();
                if (dead || ticker.nanos() - deadline > 0) {
                    throw new IOException("redis-server ended, or never answered", notYet);
                }
            }
            pause();
            waited = waited.plus(POLL);
        }
    }

    private void pause() throws IOException {
        try {
            sleeper.sleep(POLL);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while starting", ended);
        }
    }

    private static String ask(int port, String... words) throws IOException {
        try (RedisSocket socket = RedisSocket.connect(port)) {
            return String.join(" ", socket.ask(words));
        }
    }

    private Optional<ProcessHandle> process() throws IOException {
        return keptNumber("pid").flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive);
    }

    private Optional<Long> keptNumber(String suffix) throws IOException {
        Path file = file(suffix);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file).strip();
        return text.matches("\\d{1,9}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    /** The last thing that the server logged, which is why it ended. */
    private String logged() {
        try {
            List<String> lines = Files.readAllLines(file("log"), StandardCharsets.UTF_8);
            return lines.isEmpty() ? "" : "; last in " + file("log") + ": " + lines.getLast();
        } catch (IOException none) {
            return "";
        }
    }

    private Path file(String suffix) {
        return directory.resolve("redis." + suffix);
    }

    /** When an accepted write is on the disk. */
    enum Fsync {
        ALWAYS,
        EVERYSEC,
        NO;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
