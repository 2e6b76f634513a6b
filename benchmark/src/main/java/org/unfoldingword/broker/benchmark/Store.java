package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine's redis-server on loopback, fresh, with an append-only file and fsync each second; the same for all that compete. */
final class Store implements AutoCloseable {

    private final Process process;
    private final int port;

    private Store(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Store start(Path scratch) throws IOException, InterruptedException {
        int port = BrokerProcess.freePort();
        Path directory = Files.createDirectories(scratch.resolve("store-" + port));
        Process process = new ProcessBuilder(
                        "redis-server",
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        directory.toString(),
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "everysec",
                        // As the embedded one and as the deployment guide asks: many small streams.
                        "--stream-node-max-bytes",
                        "512",
                        "--save",
                        "",
                        "--loglevel",
                        "warning")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("store.log").toFile())
                .start();
        Store store = new Store(process, port);
        if (!InParallel.await(30, store::answers)) {
            throw new IOException("redis-server did not answer; its log is in " + directory);
        }
        return store;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    CommandCount commands() {
        return new CommandCount(this);
    }

    /** Empties it. */
    void flush() throws IOException {
        ask("FLUSHALL");
    }

    long memoryUsed() throws IOException {
        return number("memory", "used_memory");
    }

    /** Connections now, that of the question included. */
    long connections() throws IOException {
        return number("clients", "connected_clients");
    }

    /** In user and in kernel. */
    double processorSeconds() throws IOException {
        return amount("cpu", "used_cpu_user") + amount("cpu", "used_cpu_sys");
    }

    /** From its clients. */
    long bytesIn() throws IOException {
        return number("stats", "total_net_input_bytes");
    }

    /** To its clients. */
    long bytesOut() throws IOException {
        return number("stats", "total_net_output_bytes");
    }

    /** One inline command's answer, without the length of a bulk. */
    String ask(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder header = new StringBuilder();
            for (int read = in.read(); read != '\n'; read = in.read()) {
                if (read < 0) {
                    throw new IOException(command + ": no answer");
                }
                header.append((char) read);
            }
            String first = header.toString().strip();
            if (first.startsWith("-")) {
                throw new IOException(command + ": " + first);
            }
            return first.startsWith("$")
                    ? new String(in.readNBytes(Integer.parseInt(first.substring(1))), UTF_8)
                    : first.substring(1);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private long number(String section, String name) throws IOException {
        return (long) amount(section, name);
    }

    private double amount(String section, String name) throws IOException {
        Matcher found = Pattern.compile(name + ":([\\d.]+)").matcher(ask("INFO " + section));
        if (!found.find()) {
            throw new IOException("INFO " + section + ": no " + name);
        }
        return Double.parseDouble(found.group(1));
    }

    private boolean answers() {
        try {
            return ask("PING").equals("PONG");
        } catch (ConnectException notYet) {
            return false;
        } catch (IOException loading) {
            return false;
        }
    }
}
