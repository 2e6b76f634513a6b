package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.Documents;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** An operator with nothing but redis-cli gets an answer from every command that the documents name. */
class DocumentedCommandsTest {

    private static final Conversation ANN = Conversation.ofUser("demo", "ann");
    private static final Set<String> MAY_BE_EMPTY = Set.of("SLOWLOG");

    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void answersEveryCommandOfEveryPage() {
        assertThat(ANN.partition(16))
                .as("the partition that the documents name")
                .isEqualTo(13);
        MessageId dead = lane.dead(ANN, "dead");
        lane.appendWithCallback(ANN, "delayed");
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.operations().pause(new Scope.One(ANN), "ops", "");
        lane.append(LaneFixture.inPartition(13, "demo").findFirst().orElseThrow(), "due");
        lane.alive("ok", "ok");

        List<Documents.Command> commands = Documents.commands("redis-cli");
        assertThat(commands).hasSizeGreaterThan(20);
        List<Documents.Command> silent = new ArrayList<>();
        try (RedisClient client = RedisClient.create(lane.url());
                var connection = client.connect(StringCodec.UTF8)) {
            for (Documents.Command command : commands) {
                List<String> words = words(command, dead);
                // Its own options are redis-cli's to answer.
                if (!words.getFirst().startsWith("-")
                        && ask(connection.sync(), words).isEmpty()
                        && !MAY_BE_EMPTY.contains(words.getFirst())) {
                    silent.add(command);
                }
            }
        }
        assertThat(silent).as("nothing under the key: is its name still right?").isEmpty();
    }

    private static List<String> words(Documents.Command command, MessageId dead) {
        return command.words().stream()
                .skip(command.words().getFirst().equals("-p") ? 2 : 0)
                .map(word -> word.replace("ID", dead.toString()))
                .toList();
    }

    private static List<Object> ask(RedisCommands<String, String> redis, List<String> words) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
        words.stream().skip(1).forEach(arguments::add);
        return redis.dispatch(keyword(words.getFirst()), new NestedMultiOutput<>(StringCodec.UTF8), arguments);
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
