package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.unfoldingword.broker.message.Json;

/** What users would take instead: queue libraries for Node, installed from the npm registry and run by the scripts in {@code peers}. */
final class Peers {

    /** GroupMQ keeps order within a group; BullMQ, without its paid edition, keeps none: it is the faster, lesser promise. */
    static final List<String> NAMES = List.of("groupmq", "bullmq");

    private Peers() {}

    /** How long a peer's queue takes alone: {@code append_nanos}, {@code drain_nanos}. */
    static JsonNode queueAlone(Bench bench, String peer, int conversations, int each, int atATime)
            throws IOException, InterruptedException {
        Process node = start(
                bench,
                "queue-alone.mjs",
                peer,
                bench.store().url(),
                Integer.toString(conversations),
                Integer.toString(each),
                Integer.toString(atATime));
        try (BufferedReader out = node.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            if (node.waitFor() != 0 || line == null) {
                throw new IOException(peer + ": ended with " + node.exitValue());
            }
            return Json.mapper().readTree(line);
        } finally {
            node.destroyForcibly();
        }
    }

    /** The whole job by hand: one process that accepts, one that calls the worker and posts the callback. */
    static Serving serve(Bench bench, String peer, String workerUrl, int atATime)
            throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        try {
            Process worker =
                    start(bench, "whole-job-work.mjs", peer, bench.store().url(), workerUrl, Integer.toString(atATime));
            processes.add(worker);
            firstLine(worker, peer);
            Process ingest =
                    start(bench, "whole-job-accept.mjs", peer, bench.store().url());
            processes.add(ingest);
            return new Serving("http://127.0.0.1:" + firstLine(ingest, peer), processes);
        } catch (IOException failed) {
            processes.forEach(Process::destroyForcibly);
            throw failed;
        }
    }

    private static String firstLine(Process node, String peer) throws IOException {
        String line = node.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException(peer + ": ended while starting");
        }
        return line;
    }

    private static Process start(Bench bench, String script, String... arguments)
            throws IOException, InterruptedException {
        Path peers = Project.root().resolve("benchmark/peers");
        install(peers);
        List<String> words = new ArrayList<>(List.of("node", script));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(peers.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        bench.scratch().resolve("peers.log").toFile()));
        builder.environment().put("NODE_ENV", "production");
        Process node = builder.start();
        node.getOutputStream().close();
        return node;
    }

    private static void install(Path peers) throws IOException, InterruptedException {
        if (Files.exists(peers.resolve("node_modules/.package-lock.json"))) {
            return;
        }
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(peers.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!npm.waitFor(5, TimeUnit.MINUTES) || npm.exitValue() != 0) {
            npm.destroyForcibly();
            throw new IOException("npm ci in benchmark/peers failed (needs Node 20 or newer and the npm registry)");
        }
    }

    /** A peer that serves. */
    record Serving(String url, List<Process> processes) implements AutoCloseable {
        @Override
        public void close() {
            processes.forEach(Process::destroyForcibly);
        }
    }
}
