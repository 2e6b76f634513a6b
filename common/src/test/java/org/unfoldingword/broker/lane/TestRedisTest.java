package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestRedisTest {

    /** Or a suite that claims to run on a newer Redis would quietly run on the embedded one. */
    @Test
    void isTheServerThatWasAskedFor() {
        try (Redis redis = Redis.open(TestRedis.emptied().properties())) {
            String version = redis.call(commands -> commands.info("server"))
                    .replaceAll("(?s).*redis_version:(\\d+\\.\\d+).*", "$1");

            if (TestRedis.executable().isPresent()) {
                assertThat(Double.parseDouble(version)).isGreaterThanOrEqualTo(7.0);
            } else {
                assertThat(version).isEqualTo("6.2");
            }
        }
    }
}
