package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The door to Redis at start: waits until it is there, and refuses one that would lose messages. */
public final class RedisGate {

    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private RedisGate() {}

    /**
     * Returns once the Redis answers and is fit.
     *
     * @param progress is told in a line, every few seconds, what is waited for
     * @throws IllegalStateException naming in one line what is wrong with the URL, the version or the eviction policy
     */
    public static void await(String redisUrl, Consumer<String> progress) {
        RedisProperties properties;
        try {
            properties = RedisProperties.of(redisUrl, Duration.ofSeconds(5), Duration.ZERO);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalStateException(malformed.getMessage(), malformed);
        }
        String shown = RedisAddress.parse(redisUrl).shown();
        Duration waited = Duration.ZERO;
        Duration pause = Duration.ofMillis(500);
        while (true) {
            try (Redis redis = Redis.open(properties)) {
                check(redis, shown);
                return;
            } catch (RedisUnavailable away) {
                progress.accept("waiting for Redis at " + shown + " (" + away.getMessage() + "), since "
                        + waited.toSeconds() + " s");
            }
            idle(pause);
            waited = waited.plus(pause);
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(PAUSE_MAX) < 0 ? longer : PAUSE_MAX;
        }
    }

    private static void check(Redis redis, String shown) {
        NodeInfo info = new NodeInfo(redis.call(commands -> commands.info()));
        String version = info.field("redis_version").orElse("0");
        String[] numbers = version.split("\\.", -1);
        int comparable = Integer.parseInt(numbers[0]) * 100 + (numbers.length > 1 ? Integer.parseInt(numbers[1]) : 0);
        if (comparable < 602) {
            throw new IllegalStateException("Redis at " + shown + ": version " + version + " (expected: 6.2 or newer)");
        }
        String policy = info.field("maxmemory_policy").orElse("noeviction");
        if (!policy.equals("noeviction")) {
            throw new IllegalStateException("Redis at " + shown + ": maxmemory-policy " + policy
                    + " (expected: noeviction, or accepted messages could be evicted)");
        }
    }

    private static void idle(Duration pause) {
        try {
            new Semaphore(0).tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for Redis", ended);
        }
    }
}
