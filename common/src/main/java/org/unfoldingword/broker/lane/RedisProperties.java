package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which Redis, and how long to wait for it.
 *
 * @param url {@code redis://}, {@code rediss://}, {@code redis-sentinel://h1:p,h2:p/master} or {@code redis-cluster://h1:p,h2:p}
 * @param commandTimeout how long one command may take before it counts as unanswered
 * @param patience how long a repeatable script is tried again over a failover before the caller is told that Redis is away
 */
@ConfigurationProperties("broker.redis")
public record RedisProperties(
        String url,
        @DefaultValue("5s") Duration commandTimeout,
        @DefaultValue("3s") Duration patience) {

    public RedisProperties {
        RedisAddress.parse(url);
        if (commandTimeout.isNegative() || commandTimeout.isZero()) {
            throw new IllegalArgumentException("broker.redis.command-timeout: " + commandTimeout + " (expected: > 0)");
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("broker.redis.patience: " + patience + " (expected: >= 0)");
        }
    }

    /** The URL holds a password, so it is not shown. */
    @Override
    public String toString() {
        return "RedisProperties[url=…, commandTimeout=" + commandTimeout + ", patience=" + patience + "]";
    }
}
