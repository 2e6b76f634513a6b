package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.api.StatefulConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The border to a Redis Cluster. */
class RedisClusterTest {

    @TempDir
    Path data;

    /**
     * A master died and its replica took over. The dead one had no keys any more, but as long as it stayed away each audit of the
     * cluster was answered 500, and no user could be erased.
     */
    @Test
    void goesThroughAllKeysThoughAMasterWithoutAnyIsDead() {
        try (TestCluster cluster = new TestCluster(data)) {
            int idle = cluster.addIdle();
            RedisProperties where = RedisProperties.of(
                    cluster.url(), /* commandTimeout= */ Duration.ofSeconds(5), /* patience= */ Duration.ZERO);
            try (Redis redis = Redis.open(where)) {
                List<String> all = IntStream.range(0, 1000)
                        .mapToObj(number -> "key:" + number)
                        .toList();
                all.forEach(key -> redis.call(commands -> commands.set(key, Redis.utf8("x"))));
                cluster.kill(idle);

                Set<String> found = new HashSet<>();
                redis.scan("key:*", found::addAll);

                assertThat(found).containsExactlyInAnyOrderElementsOf(all);
            }
        }
    }

    /**
     * On a cluster, whatever was under way was given up when any connection ended, also the short ones on which the driver looks at
     * the cluster. With replicas to wait for, each failure made it look again: on a busy machine nothing was accepted for minutes
     * after a failover.
     */
    @Test
    void goesOnWithWhatIsUnderWayWhenAnotherConnectionIsClosed() throws Exception {
        Script slow = Script.of("slow", "for i = 1, 100000000 do end return { redis.call('GET', KEYS[1]) }");
        try (TestCluster cluster = new TestCluster(data);
                Redis redis = Redis.open(RedisProperties.of(
                        cluster.url(), /* commandTimeout= */ Duration.ofSeconds(30), /* patience= */ Duration.ZERO))) {
            redis.call(commands -> commands.set("key", Redis.utf8("there")));
            StatefulConnection<String, byte[]> other = redis.connect();
            Redis.await(Redis.commandsOf(other).get("key"));
            long before = redis.commandsSent();
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    answer.complete(redis.run(slow, List.of("key"), new Arguments()));
                } catch (RuntimeException failed) {
                    answer.completeExceptionally(failed);
                }
            });
            // The script by its digest, which Redis does not know, and by its text.
            await().until(() -> redis.commandsSent() == before + 2);

            other.close();

            assertThat(answer.get(60, TimeUnit.SECONDS).text(0)).isEqualTo("there");
        }
    }
}
