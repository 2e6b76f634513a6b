package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.Documents;
import picocli.CommandLine;

/** No page names a command or an option that is not there; also where nothing runs it. */
class DocumentedCommandLinesTest {

    /** Of the script, or of the benchmark, whose test is the same. */
    private static final Set<String> ELSEWHERE = Set.of("test", "format", "docs", "bench", "load");

    @Test
    void everyCommandOfEveryPageIsUnderstood() throws IOException {
        String script = Files.readString(Path.of("..", "broker"));
        List<Documents.Command> commands = Documents.commands("./broker");
        assertThat(commands).hasSizeGreaterThan(50);
        for (Documents.Command command : commands) {
            String name = command.words().getFirst();
            CommandLine line = Launcher.commandLine();
            if (ELSEWHERE.contains(name)) {
                assertThat(script).contains("\n  " + name + ")");
            } else {
                Throwable refused =
                        catchThrowable(() -> line.parseArgs(command.words().toArray(String[]::new)));
                // A sentence that names a command need not say all that it takes.
                assertThat(refused instanceof CommandLine.MissingParameterException ? null : refused)
                        .as(command.toString())
                        .isNull();
            }
        }
    }
}
