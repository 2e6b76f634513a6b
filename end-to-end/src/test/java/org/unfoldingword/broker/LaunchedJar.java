package org.unfoldingword.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The runnable jar as {@code ./broker} runs it: laid out, and with the classes that a rehearsal has loaded. The tests start it a hundred
 * times, each in less than half the processor time.
 */
final class LaunchedJar {

    private static final int JDK = Runtime.version().feature();
    private static final Path LAID_OUT = Path.of("target", "launched").toAbsolutePath();
    private static final Path JAR = LAID_OUT.resolve("broker.jar");
    private static final Path LOADED = LAID_OUT.resolve(JDK >= 25 ? "loaded.aot" : "loaded.jsa");

    static {
        layOut();
        rehearse();
    }

    private LaunchedJar() {}

    /** The command line that runs the jar, for the arguments to be added to; short-lived, so without the second compiler. */
    static List<String> command(String... jvmOptions) {
        List<String> command = java(jvmOptions);
        command.add((JDK >= 25 ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + LOADED);
        command.addAll(List.of("-jar", JAR.toString()));
        return command;
    }

    private static void layOut() {
        List<String> command = java();
        command.addAll(List.of("-Djarmode=tools", "-jar", System.getProperty("broker.jar")));
        command.addAll(List.of("extract", "--force", "--destination", LAID_OUT.toString()));
        run(command, Map.of());
    }

    /** As far as to its ports. The Redis that it embeds is a process of its own. */
    private static void rehearse() {
        try {
            Path data = Files.createTempDirectory("rehearsal");
            List<String> command = java((JDK >= 25 ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + LOADED);
            command.addAll(List.of("-Dspring.context.exit=onRefresh", "-jar", JAR.toString(), "start"));
            run(
                    command,
                    BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", data).environment());
            BrokerProcess.redis(data).ifPresent(ProcessHandle::destroyForcibly);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<String> java(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        if (JDK >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of(options));
        return command;
    }

    private static void run(List<String> command, Map<String, String> environment) {
        try {
            Path told = Path.of("target", "launched.log");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            int status = builder.redirectErrorStream(true)
                    .redirectOutput(told.toFile())
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(String.join(" ", command) + ":\n" + Files.readString(told));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while laying the jar out", hurried);
        }
    }
}
