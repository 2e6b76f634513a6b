package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisTest {

    private static final Script NESTED =
            Script.of("nested", "return { 'told', { 'one', 'two', { 3, 4 } }, {}, 5, { { 'six' } } }");
    private static final int REPLY_BYTES = 71;
    /** Between the places where it breaks: none of a reply's words is as long. */
    private static final int STRIDE = 4;

    /**
     * The connection broke in the middle of a reply. The driver sent the command again by itself on the new connection, and read the
     * whole reply into the half that it had: the append of a message was answered 500, a claim could have been misread.
     */
    @Test
    void neverMixesTheHalfOfAReplyWithTheNext() throws IOException {
        TestRedis server = TestRedis.shared();
        try (CuttingProxy proxy = new CuttingProxy(URI.create(server.url()).getPort());
                Redis redis = Redis.open(RedisProperties.of(
                        "redis://127.0.0.1:" + proxy.port(), Duration.ofSeconds(10), Duration.ofSeconds(10)))) {
            String whole = words(redis.run(NESTED, List.of(), new Arguments()));

            for (int bytes = 0; bytes < REPLY_BYTES; bytes += STRIDE) {
                proxy.cutAfter(bytes, CuttingProxy.Way.BACK);
                assertThat(words(redis.run(NESTED, List.of(), new Arguments())))
                        .as("cut after %d bytes", bytes)
                        .isEqualTo(whole);
            }

            assertThat(proxy.cuts()).isEqualTo((REPLY_BYTES + STRIDE - 1) / STRIDE);
        }
    }

    /**
     * Redis hung, as one that is stopped or has a full disk does. The patience of 3 s was a number of tries, each of which waited for
     * the timeout of 5 s, so a POST was answered 503 after more than a minute.
     */
    @Test
    void triesNoMoreOnceTheTimeIsOverHoweverLongATryTakes() throws IOException {
        int port = URI.create(TestRedis.shared().url()).getPort();
        Duration patience = Duration.ofSeconds(1);
        try (CuttingProxy proxy = new CuttingProxy(port);
                Redis redis = Redis.open(RedisProperties.of(
                        "redis://127.0.0.1:" + proxy.port(), /* commandTimeout= */ Duration.ofSeconds(3), patience))) {
            proxy.slowDown(Duration.ofMinutes(10));
            assertThatThrownBy(() -> redis.run(NESTED, List.of(), new Arguments()))
                    .isInstanceOf(RedisUnavailable.class);
            assertThat(redis.commandsSent()).isEqualTo(1);
        }
    }

    /** After an outage of minutes, the driver looked again only every half minute, while Redis had long been back. */
    @Test
    void looksForALostRedisEachSecondHoweverLongItIsAway() {
        ClientResources resources = RedisDriver.resources();
        try {
            for (int tries = 1; tries <= 1000; tries++) {
                assertThat(resources.reconnectDelay().createDelay(tries))
                        .as("after %d tries", tries)
                        .isBetween(Duration.ZERO, Duration.ofSeconds(1));
            }
        } finally {
            resources.shutdown().awaitUninterruptibly();
        }
    }

    /** Durability replicated: a Redis without a replica accepts nothing for good. */
    @Test
    void saysThatItIsAwayWhereNoReplicaHasWhatWasWritten() {
        RedisProperties alone = TestRedis.emptied().properties();
        RedisProperties replicated = new RedisProperties(
                alone.url(), alone.commandTimeout(), Duration.ZERO, Durability.REPLICATED, Duration.ofMillis(50));
        Script write = Script.of("write", "redis.call('SET', KEYS[1], '1') return { 'written' }");
        try (Redis waits = Redis.open(replicated);
                Redis doesNot = Redis.open(alone)) {
            assertThatThrownBy(() -> waits.commit(write, List.of("key"), new Arguments()))
                    .isInstanceOf(RedisUnavailable.class)
                    .hasMessageContaining("no replica");
            assertThat(words(doesNot.commit(write, List.of("key"), new Arguments())))
                    .isEqualTo("written ");
            assertThat(words(waits.run(write, List.of("key"), new Arguments()))).isEqualTo("written ");
        }
    }

    private static String words(Answer answer) {
        StringBuilder words = new StringBuilder();
        for (Object item : answer.items()) {
            words.append(
                            item instanceof List<?> list
                                    ? "[" + words(new Answer(list)) + "]"
                                    : item instanceof byte[] text
                                            ? new String(text, java.nio.charset.StandardCharsets.UTF_8)
                                            : item)
                    .append(' ');
        }
        return words.toString();
    }
}
