package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import org.junit.jupiter.api.Test;

class TestRedisTest {

    /** Or a suite that claims to run on a newer Redis would quietly run on the embedded one. */
    @Test
    void isTheServerThatWasAskedFor() {
        try (Redis redis = Redis.open(TestRedis.emptied().properties())) {
            String told = redis.call(commands -> commands.info("server"));

            if (TestRedis.image().isPresent()) {
                String tag = TestRedis.image().orElseThrow().replaceAll(".*:", "");
                assertThat(version(told) + ".").startsWith(tag + ".");
            } else if (TestRedis.executable().isPresent()) {
                assertThat(version(told)).doesNotStartWith("6.2.");
            } else {
                assertThat(version(told)).startsWith("6.2.");
            }
        }
    }

    /** Valkey tells two: of the Redis that it is like, and its own. */
    private static String version(String told) {
        return told.lines()
                .filter(line -> line.startsWith("valkey_version:") || line.startsWith("redis_version:"))
                .max(Comparator.naturalOrder())
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElseThrow();
    }
}
