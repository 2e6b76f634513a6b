package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unfoldingword.broker.http.FreePort;

/**
 * A reader pastes what a page shows, from top to bottom, beside a broker that they have just started: here it is done. A block
 * that cannot be run here says so above itself, with the reason: {@code <!-- not run: … -->}.
 */
class DocumentedCommandsIT {

    private static final int PAGE_MINUTES_MAX = 5;

    /** What the reader of a page has at hand besides. */
    private static final Map<String, String> AT_HAND = Map.of("docs/runbook.md", """
            KEY=$(cat data/api-key)
            ID=$(curl -s http://127.0.0.1:8080/api/v1/message -H "X-API-Key: $KEY" -H 'Content-Type: application/json' \\
              -d '{"org_id":"demo","user_id":"ann","client_id":"web","message":"Hello","callback_url":"http://127.0.0.1:9099"}' \\
              | sed 's/.*"message_id":"\\([^"]*\\)".*/\\1/')
            """);

    @TempDir
    Path directory;

    /** Every page with a block that does not say why it cannot be run. */
    static Map<String, List<ShellBlock>> pages() {
        Map<String, List<ShellBlock>> pages = new TreeMap<>();
        Documents.pages().forEach((page, markdown) -> {
            List<ShellBlock> run = ShellBlock.of(page, markdown).stream()
                    .filter(block -> block.notRun().isEmpty() && !block.asksRedis())
                    .toList();
            if (!run.isEmpty()) {
                pages.put(page, run);
            }
        });
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pageNames")
    void aPageDoesWhatItShows(String page) throws Exception {
        assumeThat(Programs.onPath("bash") && Programs.onPath("curl"))
                .as("bash and curl are not on this machine: the pages' commands are not run")
                .isTrue();
        List<ShellBlock> blocks = pages().get(page);
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("start")
                // As a newcomer starts it: it makes a key and a secret, and keeps them.
                .with("BROKER_API_KEY", "")
                .with("BROKER_CALLBACK_SIGNING_SECRET", "")
                .with("BROKER_DATA_DIR", directory.resolve("data"));

        try (BrokerProcess broker = plan.start()) {
            Path told = directory.resolve("told");
            Process reader =
                    reader(script(page, blocks, plan.port()), plan.port(), told).start();
            boolean ended = reader.waitFor(PAGE_MINUTES_MAX, TimeUnit.MINUTES);
            reader.descendants().forEach(ProcessHandle::destroy);
            reader.destroyForcibly();

            assertThat(ended).as(page + " ends:\n" + Files.readString(told)).isTrue();
            assertThat(reader.exitValue())
                    .as(page + ":\n" + Files.readString(told) + "\n" + broker.told())
                    .isZero();
        }
    }

    static Set<String> pageNames() {
        return pages().keySet();
    }

    private String script(String page, List<ShellBlock> blocks, int port) throws IOException {
        int listenPort = FreePort.any();
        StringBuilder script = new StringBuilder("""
                set -euo pipefail
                trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
                curl() { command curl --fail-with-body --max-time 120 "$@"; }
                """);
        boolean listens = false;
        script.append(here(AT_HAND.getOrDefault(page, ""), port, listenPort)).append('\n');
        for (ShellBlock block : blocks) {
            String text = here(block.text(), port, listenPort);
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

    private static String here(String commands, int port, int listenPort) {
        return commands.replace("127.0.0.1:8080", "127.0.0.1:" + port)
                .replace("9099", Integer.toString(listenPort))
                .replace("message ID", "message $ID");
    }

    private ProcessBuilder reader(String script, int port, Path told) throws IOException {
        Path broker = Files.writeString(
                directory.resolve("broker"), """
                #!/bin/sh
                exec '%s' "$@"
                """.formatted(String.join("' '", LaunchedJar.command("-Xmx256m"))));
        assertThat(broker.toFile().setExecutable(true)).isTrue();
        ProcessBuilder reader = new ProcessBuilder(
                "bash", Files.writeString(directory.resolve("page.sh"), script).toString());
        reader.environment().put("BROKER_URL", "http://127.0.0.1:" + port);
        reader.environment().put("BROKER_DATA_DIR", directory.resolve("data").toString());
        reader.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(told.toFile());
        return reader;
    }
}
