package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * Which Redis, and how long to wait for it.
 *
 * @param url {@code redis://}, {@code rediss://}, {@code redis-sentinel://h1:p,h2:p/master} or {@code redis-cluster://h1:p,h2:p}
 * @param commandTimeout how long one command may take before it counts as unanswered
 * @param patience how long a repeatable script is tried again over a failover before the caller is told that Redis is away; where
 *     Redis does not even refuse, it is told after the try that has begun by then, a command timeout later at most
 * @param durability {@code local}: an acknowledgement says that the master has it; {@code replicated}: that a replica has it as well
 * @param replicationTimeout how long to wait for a replica before the caller is told that Redis is away; less than the command timeout
 */
@ConfigurationProperties("broker.redis")
public record RedisProperties(
        String url,
        @DefaultValue("5s") Duration commandTimeout,
        @DefaultValue("3s") Duration patience,
        @DefaultValue("local") Durability durability,
        @DefaultValue("2s") Duration replicationTimeout) {

    public RedisProperties {
        RedisAddress.parse(url);
        Settings settings = new Settings("broker.redis");
        settings.positive("command-timeout", commandTimeout);
        settings.expect(!patience.isNegative(), "patience", patience, ">= 0");
        settings.expect(
                replicationTimeout.toMillis() >= 1 && replicationTimeout.compareTo(commandTimeout) < 0,
                "replication-timeout",
                replicationTimeout,
                "at least 1ms, less than command-timeout, " + commandTimeout);
    }

    /** With the defaults of all else, waiting for nobody. */
    public static RedisProperties of(String url, Duration commandTimeout, Duration patience) {
        return new RedisProperties(url, commandTimeout, patience, Durability.LOCAL, Duration.ofSeconds(2));
    }

    /** The URL holds a password, so it is not shown. */
    @Override
    public String toString() {
        return "RedisProperties[url=…, commandTimeout=" + commandTimeout + ", patience=" + patience + ", durability="
                + durability + "]";
    }
}
