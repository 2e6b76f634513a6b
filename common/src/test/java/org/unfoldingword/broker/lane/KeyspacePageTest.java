package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.Documents;

/** {@code docs/keyspace.md} has every key that the code has. */
class KeyspacePageTest {

    @Test
    void namesEveryKey() {
        String page = Documents.pages().get("docs/keyspace.md");
        Keyspace keys = new Keyspace(1);
        Stream<String> tagged = keys.block(Lane.MESSAGES, 0).stream()
                .map(key -> key.replace("{p00}", "{pNN}"))
                .map(key -> key.replaceFirst(
                        "(later|ready|held|wake|holders|dead|doubt|paused|heads|ran|queued):messages", "$1:<lane>"));
        assertThat(Stream.concat(tagged, Keyspace.SINGLE.stream()))
                .allSatisfy(key -> assertThat(page).contains("`" + key));
        assertThat(page)
                .contains(
                        "`broker:{pNN}:seen:",
                        "`" + keys.block(Lane.CALLBACKS, 0).getFirst().replace("{p00}", "{pNN}"));
    }
}
