package org.unfoldingword.broker.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.Documents;
import picocli.CommandLine;

/** No page names an option of {@code bench} or {@code load} that is not there. */
class DocumentedCommandLinesTest {

    @Test
    void everyCommandOfEveryPageIsUnderstood() {
        Map<String, Supplier<Object>> own = Map.of("bench", BenchCommand::new, "load", LoadCommand::new);
        List<Documents.Command> commands = Documents.commands("./broker").stream()
                .filter(command -> own.containsKey(command.words().getFirst()))
                .toList();
        assertThat(commands).hasSizeGreaterThan(5);
        for (Documents.Command command : commands) {
            List<String> words = command.words();
            CommandLine line = new CommandLine(own.get(words.getFirst()).get());
            assertThatCode(() -> line.parseArgs(words.stream().skip(1).toArray(String[]::new)))
                    .as(command.toString())
                    .doesNotThrowAnyException();
        }
    }
}
