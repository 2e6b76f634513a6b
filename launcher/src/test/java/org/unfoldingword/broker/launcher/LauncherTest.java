package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LauncherTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void saysSoWhenItDoesNotKnowTheCommand() {
        assertThat(execute("strat")).isEqualTo(2);
        assertThat(err)
                .hasToString("unknown command: strat (expected: one of start, listen, demo-worker, ingest-api,"
                        + " dispatcher, callback-deliverer, status, pending, queue, message, dead-letters, redrive,"
                        + " drop, cancel, pause, resume, explain, audit, tail, completion); see broker --help"
                        + System.lineSeparator());
    }

    @Test
    void asksForACommand() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("no command (expected: one of start,")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "listen", "demo-worker", "ingest-api", "dispatcher", "callback-deliverer"})
    void explainsEveryCommand(String command) {
        assertThat(execute(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: broker " + command).hasSizeGreaterThan(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--wait", "extra", "--lease=20s"})
    void refusesArgumentsThatAreNoSettings(String argument) {
        assertThat(execute("start", argument)).isEqualTo(2);
        assertThat(err.toString()).contains(argument).hasLineCount(1);
    }

    @Test
    void refusesAMalformedOptionInOneLine() {
        assertThat(execute("listen", "--delay", "soon")).isEqualTo(2);
        assertThat(err.toString())
                .contains("'soon' (expected: a time such as 5s or 300ms)")
                .hasLineCount(1);
    }

    @Test
    void tellsAFailureOfACommandInOneLine() {
        assertThat(execute("listen", "--port", "0", "--status", "42")).isEqualTo(1);
        assertThat(err).hasToString("--status: 42 (expected: 200 to 599)" + System.lineSeparator());
    }

    private int execute(String... arguments) {
        CommandLine line = Launcher.commandLine();
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
