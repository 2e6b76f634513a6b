package org.unfoldingword.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What one command of the command line printed, and its exit status. */
record CommandRun(int status, String out, String err) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long END_MAX_SECONDS = 60;

    /** What it printed, with {@code --json}. */
    JsonNode json() {
        try {
            return JSON.readTree(out);
        } catch (JsonProcessingException garbled) {
            throw new UncheckedIOException(garbled);
        }
    }

    /** Runs it as a process of its own, with the tests' key, against the broker on that port. */
    static CommandRun against(int port, String... arguments) {
        List<String> command = LaunchedJar.command();
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().retainAll(List.of("PATH", "HOME", "TMPDIR", "LANG"));
        builder.environment().put("BROKER_URL", "http://127.0.0.1:" + port);
        builder.environment().put("BROKER_API_KEY", BrokerProcess.API_KEY);
        try {
            Path err = Files.createTempFile("command", "err");
            try {
                Process process = builder.redirectError(err.toFile()).start();
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(END_MAX_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", arguments) + " does not end");
                }
                return new CommandRun(process.exitValue(), out, Files.readString(err));
            } finally {
                Files.deleteIfExists(err);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for a command", hurried);
        }
    }
}
