package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The launcher's jar as a child process, at its usual log level: {@code start}, or a service alone. Settings of the caller's
 * environment do not reach it.
 */
final class BrokerProcess implements AutoCloseable {

    private static final Pattern ALLOCATED = Pattern.compile("(?m)^jvm_gc_memory_allocated_bytes_total\\S* (\\S+)");
    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final Duration STOP_MAX = Duration.ofSeconds(90);

    private final Process process;
    private final Thread stopWithUs;
    private final Plan plan;
    private final Duration startTook;

    private BrokerProcess(Process process, Thread stopWithUs, Plan plan, Duration startTook) {
        this.process = process;
        this.stopWithUs = stopWithUs;
        this.plan = plan;
        this.startTook = startTook;
    }

    String url() {
        return "http://127.0.0.1:" + plan.settings().get("PORT");
    }

    String key() {
        return plan.settings().getOrDefault("BROKER_API_KEY", "");
    }

    Duration startTook() {
        return startTook;
    }

    String command() {
        return plan.command();
    }

    /** The most memory that the process has had resident, in MB; where the system does not tell, 0. */
    long peakMegabytes() throws IOException {
        return status("VmHWM:") / 1024;
    }

    /** Its threads of the platform; where the system does not tell, 0. */
    long threads() throws IOException {
        return status("Threads:");
    }

    /** Of all its threads since its start, the compilers' too; where the system does not tell, 0. */
    long processorNanos() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    /** Since its start, up to the last collection of the young generation. */
    double allocatedBytes() throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + plan.settings().get("MANAGEMENT_PORT") + "/actuator/prometheus");
        try (InputStream in = metrics.toURL().openStream()) {
            Matcher sum = ALLOCATED.matcher(new String(in.readAllBytes(), UTF_8));
            if (!sum.find()) {
                throw new IOException(metrics + ": no " + ALLOCATED);
            }
            return Double.parseDouble(sum.group(1));
        }
    }

    /** What it has printed. */
    String log() throws IOException {
        return Files.readString(plan.log());
    }

    /** Lets it drain. */
    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(stopWithUs);
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the broker did not stop within " + STOP_MAX);
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private long status(String line) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(text -> text.startsWith(line))
                .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    /**
     * What to start.
     *
     * @param heapMegabytes 0: as the JVM decides
     * @param log gets what it prints
     */
    record Plan(String command, int heapMegabytes, Map<String, String> settings, Path log) {

        Plan with(String setting, Object value) {
            Map<String, String> more = new TreeMap<>(settings);
            more.put(setting, value.toString());
            return new Plan(command, heapMegabytes, more, log);
        }

        Plan heap(int megabytes) {
            return new Plan(command, megabytes, settings, log);
        }

        /** Returns when it is ready. */
        BrokerProcess start() throws IOException, InterruptedException {
            List<String> words = List.of(Project.root().resolve("broker").toString(), command);
            ProcessBuilder builder =
                    new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().keySet().removeIf(name -> name.matches("(BROKER|REDIS|WORKER|SPRING|LOG)_.*|HOST"));
            builder.environment().putAll(settings);
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            if (heapMegabytes > 0) {
                builder.environment().put("BROKER_JAVA_OPTS", "-Xmx" + heapMegabytes + "m");
            }
            long startNanos = System.nanoTime();
            Process process = builder.start();
            Thread stopWithUs = new Thread(process::destroy, "stop-broker");
            Runtime.getRuntime().addShutdownHook(stopWithUs);
            awaitReady(process, startNanos);
            return new BrokerProcess(process, stopWithUs, this, Duration.ofNanos(System.nanoTime() - startNanos));
        }

        private void awaitReady(Process process, long startNanos) throws IOException, InterruptedException {
            Pattern ready = Pattern.compile("(?m)^broker (" + command + " )?ready");
            while (System.nanoTime() - startNanos < START_MAX.toNanos()) {
                boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
                if (ready.matcher(Files.readString(log)).find()) {
                    return;
                }
                if (ended) {
                    throw new IOException("the broker ended while starting: "
                            + Files.readString(log).strip());
                }
            }
            process.destroyForcibly();
            throw new IOException("the broker was not ready within " + START_MAX);
        }
    }
}
