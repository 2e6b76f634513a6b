package org.unfoldingword.broker.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code ./broker load} says before it sends anything. */
class LoadCommandTest {

    @Test
    void saysAtOnceThatNothingAnswersThere() throws IOException {
        String nobody;
        try (LoopbackServer closed = new LoopbackServer(exchange -> {})) {
            nobody = closed.url();
        }
        Said said = run("--key", "any", "--url", nobody);
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.lines()).startsWith("--url: " + nobody + " cannot be reached (expected: a running broker)");
    }

    @Test
    void namesTheWrongOptionAndWhatIsExpected() {
        Said said = run("--key", "any", "--mode", "fast");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.lines()).startsWith("--mode: fast (expected: async, sync or stream)");
    }

    private record Said(int status, String lines) {}

    private static Said run(String... arguments) {
        StringWriter lines = new StringWriter();
        int status = new CommandLine(new LoadCommand())
                .setErr(new PrintWriter(lines, /* autoFlush= */ true))
                .execute(arguments);
        return new Said(status, lines.toString());
    }
}
