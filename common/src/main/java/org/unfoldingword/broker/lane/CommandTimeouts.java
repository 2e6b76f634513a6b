package org.unfoldingword.broker.lane;

import io.lettuce.core.TimeoutOptions.TimeoutSource;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;

/** The same limit for all commands, but for the one that blocks on purpose. */
final class CommandTimeouts extends TimeoutSource {

    private final long limitMillis;

    CommandTimeouts(Duration limit) {
        this.limitMillis = limit.toMillis();
    }

    @Override
    public long getTimeout(RedisCommand<?, ?, ?> command) {
        return command.getType() == CommandType.BLPOP
                ? WakeListener.BLOCK.plusSeconds(10).toMillis()
                : limitMillis;
    }
}
