package org.unfoldingword.broker.lane;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/** {@code states.lua}: reads how many messages stand. */
final class ReadStandings {

    private static final Script SCRIPT = Script.load("states");

    private final Redis redis;
    private final Keyspace keyspace;

    ReadStandings(Redis redis, Keyspace keyspace) {
        this.redis = redis;
        this.keyspace = keyspace;
    }

    /** @param ids of one partition, one at least */
    Map<MessageId, Standing> run(List<MessageId> ids) {
        Arguments arguments = new Arguments();
        ids.forEach(arguments::add);
        Answer answer =
                redis.run(SCRIPT, keyspace.block(Lane.MESSAGES, ids.getFirst().partition()), arguments);
        Map<MessageId, Standing> standings = HashMap.newHashMap(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            Answer one = answer.list(i);
            boolean ended =
                    one.text(0).isEmpty() || MessageState.of(one.text(0)).ended();
            standings.put(ids.get(i), new Standing(ended, one.text(1)));
        }
        return standings;
    }

    /** How a message stands: whether it has ended (or is unknown), and a mark that changes when there is news of it. */
    record Standing(boolean ended, String mark) {}
}
