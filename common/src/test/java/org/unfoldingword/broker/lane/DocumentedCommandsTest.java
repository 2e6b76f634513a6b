package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** An operator with nothing but redis-cli gets an answer from every command that the documents name. */
class DocumentedCommandsTest {

    private static final Conversation ANN = Conversation.ofUser("demo", "ann");
    private static final Pattern COMMAND = Pattern.compile("^redis-cli -p PORT (.+?)(?:\\s+#.*)?$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyspace.md", "runbook.md"})
    void answersEveryCommandOfTheDocument(String document) throws IOException {
        assertThat(ANN.partition(16))
                .as("the partition that the documents name")
                .isEqualTo(13);
        MessageId dead = lane.dead(ANN, "dead");
        lane.appendWithCallback(ANN, "delayed");
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.operations().pause(new Scope.One(ANN), "ops", "");
        lane.append(neighbour(), "due");
        lane.alive("ok", "ok");

        List<String> silent = new ArrayList<>();
        List<String> commands = commandsOf(Files.readString(Path.of("..", "docs", document)));
        assertThat(commands).isNotEmpty();
        try (RedisClient client = RedisClient.create(lane.url());
                var connection = client.connect(StringCodec.UTF8)) {
            for (String command : commands) {
                List<String> words = words(command.replace("ID", dead.toString()));
                CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
                words.subList(1, words.size()).forEach(arguments::add);
                List<Object> answer = connection
                        .sync()
                        .dispatch(keyword(words.getFirst()), new NestedMultiOutput<>(StringCodec.UTF8), arguments);
                boolean mayBeEmpty = words.getFirst().equals("SLOWLOG");
                if (answer.isEmpty() && !mayBeEmpty) {
                    silent.add(command);
                }
            }
        }
        assertThat(silent).as("nothing under the key: is its name still right?").isEmpty();
    }

    /** Another conversation of the org in the same partition. */
    private static Conversation neighbour() {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> Conversation.ofUser("demo", "u" + i))
                .filter(candidate -> candidate.partition(16) == 13)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> commandsOf(String document) {
        List<String> commands = new ArrayList<>();
        Matcher line = COMMAND.matcher(document);
        while (line.find()) {
            commands.add(line.group(1).strip());
        }
        return commands;
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words;
    }

    private static ProtocolKeyword keyword(String name) {
        return new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return name.getBytes(UTF_8);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
