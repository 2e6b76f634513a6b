package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.telemetry.SystemTime;

/** The programs of {@code docs/webhooks.md} take what we sign, and nothing else. */
class WebhooksPageTest {

    private static final String SHARED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String PRIVATE =
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    private static final String PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    private static final byte[] PAYLOAD = "{\"status\": \"completed\", \"responses\": [\"Grüß dich\"]}".getBytes(UTF_8);

    @TempDir
    Path directory;

    @Test
    void checksInTypeScript() throws Exception {
        assumeTrue(onPath("node"), "node is not on this machine");
        // Not every node takes types away by itself.
        String script = block("ts").replaceAll(": (string|Buffer|boolean)\\b", "");

        checks(List.of("node"), "mjs", script, SHARED);
    }

    @Test
    void checksInPython() throws Exception {
        assumeTrue(onPath("python3"), "python3 is not on this machine");

        checks(List.of("python3"), "py", block("python"), SHARED);
    }

    @Test
    void checksInJava() throws Exception {
        checks(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                "java",
                block("java"),
                PUBLIC);
    }

    private void checks(List<String> command, String ending, String program, String key) throws Exception {
        Map<String, String> headers = new WebhookSignature(List.of(SigningSecret.of(PRIVATE), SigningSecret.of(SHARED)))
                .sign("msg_1", SystemTime.instants().instant(), PAYLOAD);
        List<String> shown = List.of(
                key, headers.get("webhook-id"), headers.get("webhook-timestamp"), headers.get("webhook-signature"));
        List<String> another = new ArrayList<>(shown);
        another.set(1, "msg_2");

        assertThat(run(command, ending, program, shown, PAYLOAD)).as("genuine").isZero();
        assertThat(run(command, ending, program, another, PAYLOAD))
                .as("another's")
                .isEqualTo(1);
        assertThat(run(command, ending, program, shown, "{}".getBytes(UTF_8)))
                .as("changed")
                .isEqualTo(1);
    }

    private static String block(String language) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "webhooks.md"));
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).as(language).isTrue();
        return block.group(1);
    }

    private int run(List<String> command, String ending, String program, List<String> arguments, byte[] input)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("Genuine." + ending), program);
        List<String> words = new ArrayList<>(command);
        words.add(file.toString());
        words.addAll(arguments);
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("told").toFile())
                .redirectInput(Files.write(directory.resolve("body"), input).toFile())
                .start();
        return process.waitFor();
    }

    private static boolean onPath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
}
