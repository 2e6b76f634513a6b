package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.http.FreePort;

/** The operator's command line, as processes of their own against a running broker with its demo worker. */
class OperateIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path data;

    private static BrokerProcess broker;
    private static BrokerProcess.Plan plan;

    @BeforeAll
    static void start() {
        plan = BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", data);
        broker = plan.start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void findsADeadLetterAndBringsItBack() {
        String id = send("dora", "Please fail [error]");
        await().atMost(PATIENCE).until(() -> status(id).equals("failed"));

        assertThat(run("dead-letters").out()).contains(id, "user:unfoldingWord:dora", "worker_failed");
        assertThat(run("message", id)).satisfies(told -> {
            assertThat(told.status()).isEqualTo(1);
            assertThat(told.out()).contains("failed", "dispatcher-");
        });
        CommandRun tried = run("redrive", "--all", "--search", "dora");
        assertThat(tried.out()).contains("would be: 1 redriven", "--yes");
        assertThat(run("redrive", id, "--dry-run", "--json")
                        .json()
                        .path("outcomes")
                        .path("redriven")
                        .asInt())
                .isEqualTo(1);
        assertThat(run("redrive", id).status()).isZero();
        await().atMost(PATIENCE)
                .until(() ->
                        run("message", id, "--json").json().path("redrives").asInt() == 1
                                && status(id).equals("failed"));
        assertThat(run("drop", "--all", "--yes", "--search", "dora").out()).contains("1 dropped");
        assertThat(run("redrive", id)).satisfies(told -> {
            assertThat(told.status()).isEqualTo(1);
            assertThat(told.out()).contains("not_dead");
        });
    }

    @Test
    void pausesExplainsResumesAndFollows() {
        assertThat(run("pause", "unfoldingWord/paul", "--reason", "a broken bot")
                        .status())
                .isZero();
        String id = send("paul", "Hello");

        assertThat(run("explain", id).out()).contains("not taken while a pause is in force", "a broken bot");
        assertThat(run("queue", "--state", "paused").out()).contains("user:unfoldingWord:paul", id);
        assertThat(run("queue", "--org", "unfoldingWord", "--user", "paul").out())
                .contains(id, "waiting");
        assertThat(run("resume", "unfoldingWord/paul").out()).contains("goes on");
        await().atMost(PATIENCE).until(() -> status(id).equals("completed"));
        assertThat(run("tail", "unfoldingWord/paul", "--until-idle").status()).isZero();
        assertThat(run("pending", "--json").json().path("pending").isArray()).isTrue();
    }

    @Test
    void auditsAndTellsHowTheWholeFares() {
        CommandRun audit = run("audit");
        assertThat(audit.status()).as(audit.out()).isZero();
        assertThat(audit.out()).contains("0 findings").doesNotContain("\u001b[");
        CommandRun status = run("status");
        assertThat(status.out()).contains("healthy", "dispatcher-", "deliverer-", "redis:");
        assertThat(status.status()).isZero();
        assertThat(run("status", "--json")
                        .json()
                        .path("health")
                        .path("dispatchers")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void endsWithAStatusThatSaysWhatIsWrong() {
        assertThat(run("message", "nonsense")).satisfies(told -> {
            assertThat(told.status()).as("refused").isEqualTo(1);
            assertThat(told.err()).startsWith("message_id: unknown").hasLineCount(1);
        });
        assertThat(run("pause", "--all", "--org", "both").status()).as("usage").isEqualTo(2);
        assertThat(run("queue", "nonsense").status())
                .as("usage, told by the broker")
                .isEqualTo(2);
        assertThat(run("status", "--url", "http://127.0.0.1:" + FreePort.any())).satisfies(told -> {
            assertThat(told.status()).as("unreachable").isEqualTo(3);
            assertThat(told.err()).contains("BROKER_URL").hasLineCount(1);
        });
        assertThat(run("queue", "--key", "wrong").status()).as("forbidden").isEqualTo(4);
    }

    @Test
    void completesCommandsInTheShell() throws IOException, InterruptedException {
        Path script = data.resolve("completion");
        Files.writeString(script, run("completion").out());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source " + script + "; COMP_WORDS=(broker red); COMP_CWORD=1; _complete_broker;"
                                + " echo ${COMPREPLY[@]}")
                .redirectErrorStream(true)
                .start();
        String completed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(completed).isZero();
        assertThat(completed).contains("redrive");
    }

    private static String send(String user, String text) {
        return broker.client()
                .post(BrokerClient.message(user, text), "Prefer", "respond-async")
                .messageId();
    }

    private static String status(String id) {
        return broker.client()
                .get("/api/v1/message/" + id)
                .body()
                .path("status")
                .asText();
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.against(plan.port(), arguments);
    }
}
