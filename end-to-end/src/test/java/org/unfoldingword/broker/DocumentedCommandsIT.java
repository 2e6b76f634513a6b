package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A reader pastes what a page shows, from top to bottom, beside a broker that they have just started: here it is done. A block
 * that cannot be run here says so above itself, with the reason: {@code <!-- not run: … -->}.
 */
class DocumentedCommandsIT {

    private static final Path ROOT = Path.of("..");
    private static final int PAGE_MINUTES_MAX = 5;

    /** Pages whose blocks nobody can paste beside a fresh broker, and why. */
    private static final Map<String, String> NOT_RUN = Map.of(
            "CLAUDE.md", "commands of the build that runs this test",
            "CONTRIBUTING.md", "commands of the build that runs this test",
            "docs/benchmarks.md", "minutes of load on a machine that has nothing else to do",
            "docs/chaos.md", "a build of its own; ChaosIT is the same with few faults",
            "docs/dependencies.md", "a goal of the build that CI runs",
            "docs/deployment.md", "needs a container engine, or an account at Fly.io",
            "docs/runbook.md", "for bad states; DocumentedCommandsTest tries what it says of Redis",
            "docs/keyspace.md", "asks a Redis that the reader has; DocumentedCommandsTest tries its like");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/api.md"})
    void aPageDoesWhatItShows(String page) throws Exception {
        assumeThat(Programs.onPath("bash") && Programs.onPath("curl"))
                .as("bash and curl are not on this machine: the pages' commands are not run")
                .isTrue();
        List<ShellBlock> blocks = ShellBlock.of(page, Files.readString(ROOT.resolve(page)));
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("start")
                // As a newcomer starts it: it makes a key and a secret, and keeps them.
                .with("BROKER_API_KEY", "")
                .with("BROKER_CALLBACK_SIGNING_SECRET", "")
                .with("BROKER_DATA_DIR", directory.resolve("data"));

        try (BrokerProcess broker = plan.start()) {
            Path told = directory.resolve("told");
            Process reader =
                    reader(script(blocks, plan.port()), plan.port(), told).start();
            boolean ended = reader.waitFor(PAGE_MINUTES_MAX, TimeUnit.MINUTES);
            reader.descendants().forEach(ProcessHandle::destroy);
            reader.destroyForcibly();

            assertThat(ended).as(page + " ends:\n" + Files.readString(told)).isTrue();
            assertThat(reader.exitValue())
                    .as(page + ":\n" + Files.readString(told) + "\n" + broker.told())
                    .isZero();
        }
    }

    @Test
    void everyBlockOfEveryPageIsRunOrSaysWhyNot() throws IOException {
        List<String> run = List.of("README.md", "docs/api.md");
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> client = Files.list(ROOT.resolve("clients/typescript"))) {
            for (Path file : Stream.of(top, docs, client)
                    .flatMap(files -> files)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList()) {
                String page = ROOT.relativize(file).toString().replace(File.separatorChar, '/');
                for (ShellBlock block : ShellBlock.of(page, Files.readString(file))) {
                    assertThat(run.contains(page)
                                    || NOT_RUN.containsKey(page)
                                    || block.notRun().isPresent())
                            .as(block + " is neither run nor says why not")
                            .isTrue();
                }
            }
        }
    }

    private String script(List<ShellBlock> blocks, int port) throws IOException {
        int listenPort = BrokerProcess.freePort();
        StringBuilder script = new StringBuilder("""
                set -euo pipefail
                trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
                curl() { command curl --fail-with-body --max-time 120 "$@"; }
                """);
        boolean listens = false;
        for (ShellBlock block : blocks) {
            if (block.notRun().isPresent()) {
                continue;
            }
            String text = block.text()
                    .replace("127.0.0.1:8080", "127.0.0.1:" + port)
                    .replace("9099", Integer.toString(listenPort));
            script.append("echo; echo '== ").append(block).append("'\n");
            if (text.strip().equals("./broker listen")) {
                listens = true;
                script.append("./broker listen --port ").append(listenPort).append(" >callbacks 2>&1 &\n");
                script.append("until grep -q ").append(listenPort).append(" callbacks; do sleep 0.2; done\n");
            } else {
                script.append(text).append('\n');
            }
        }
        if (listens) {
            script.append("until grep -q 'signature ok' callbacks; do sleep 0.2; done\ncat callbacks\n");
        }
        return script.toString();
    }

    private ProcessBuilder reader(String script, int port, Path told) throws IOException {
        Path broker = Files.writeString(directory.resolve("broker"), """
                #!/bin/sh
                exec "%s" -XX:TieredStopAtLevel=1 -Xmx256m -jar "%s" "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        Path.of(System.getProperty("broker.jar")).toRealPath()));
        assertThat(broker.toFile().setExecutable(true)).isTrue();
        ProcessBuilder reader = new ProcessBuilder(
                "bash", Files.writeString(directory.resolve("page.sh"), script).toString());
        reader.environment().put("BROKER_URL", "http://127.0.0.1:" + port);
        reader.environment().put("BROKER_DATA_DIR", directory.resolve("data").toString());
        reader.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(told.toFile());
        return reader;
    }
}
