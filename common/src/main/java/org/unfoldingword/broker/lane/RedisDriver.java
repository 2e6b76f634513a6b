package org.unfoldingword.broker.lane;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The driver, set up for what {@link Redis} makes of it: a command on a broken connection fails at once and is repeated by us, rather
 * than by the driver behind our back. Safe for threads.
 */
final class RedisDriver implements AutoCloseable {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    /** A Redis that is back, or a cluster's new topology, is found within so long. */
    private static final Duration LOOK_AGAIN_MAX = Duration.ofSeconds(1);

    private final AbstractRedisClient client;

    private RedisDriver(AbstractRedisClient client) {
        this.client = client;
    }

    /** Connects to nothing yet. */
    static RedisDriver of(RedisProperties properties) {
        return switch (RedisAddress.parse(properties.url())) {
            case RedisAddress.Single single -> {
                RedisClient client = RedisClient.create(resources(), single.uri());
                client.setOptions(common(ClientOptions.builder(), properties).build());
                yield new RedisDriver(client);
            }
            case RedisAddress.Cluster cluster -> {
                RedisClusterClient client = RedisClusterClient.create(resources(), cluster.seeds());
                ClusterClientOptions.Builder options = ClusterClientOptions.builder();
                common(options, properties);
                client.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                                .enableAllAdaptiveRefreshTriggers()
                                .adaptiveRefreshTriggersTimeout(LOOK_AGAIN_MAX)
                                .build())
                        .build());
                yield new RedisDriver(client);
            }
        };
    }

    private static ClientOptions.Builder common(ClientOptions.Builder options, RedisProperties properties) {
        return options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands(true)
                        .timeoutSource(new CommandTimeouts(properties.commandTimeout()))
                        .build())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(properties.commandTimeout())
                        .tcpNoDelay(true)
                        .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                .enable(true)
                                .idle(Duration.ofSeconds(30))
                                .interval(Duration.ofSeconds(10))
                                .count(3)
                                .build())
                        .build());
    }

    /** The driver's own pause between two tries to reconnect would grow to 30 s. */
    static ClientResources resources() {
        return ClientResources.builder()
                .reconnectDelay(Delay.exponential(
                        Duration.ofMillis(10), LOOK_AGAIN_MAX, /* powersOf= */ 2, TimeUnit.MILLISECONDS))
                .build();
    }

    boolean clustered() {
        return client instanceof RedisClusterClient;
    }

    /** @throws io.lettuce.core.RedisException if it cannot be reached now */
    StatefulConnection<String, byte[]> connect() {
        return switch (client) {
            case RedisClient single -> single.connect(CODEC);
            case RedisClusterClient cluster -> cluster.connect(CODEC);
            default -> throw new IllegalStateException("client: " + client);
        };
    }

    /** @throws io.lettuce.core.RedisException if it cannot be reached now */
    StatefulRedisPubSubConnection<String, String> subscribe() {
        return switch (client) {
            case RedisClient single -> single.connectPubSub();
            case RedisClusterClient cluster -> cluster.connectPubSub();
            default -> throw new IllegalStateException("client: " + client);
        };
    }

    /**
     * Is told of each connection that breaks, before there is a next one. Not of those that were closed on purpose, as the driver's own
     * are after a look at the cluster: nothing is under way on them.
     */
    void onBreak(Consumer<RedisChannelHandler<?, ?>> told) {
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                if (!connection.isClosed()) {
                    told.accept(connection);
                }
            }
        });
    }

    /** Another node may be the master by now; the driver finds that out only on connections that it chooses itself. */
    void lookAgain() {
        if (client instanceof RedisClusterClient cluster) {
            cluster.refreshPartitionsAsync();
        }
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        client.getResources()
                .shutdown(/* quietPeriod= */ 0, /* timeout= */ 2, TimeUnit.SECONDS)
                .awaitUninterruptibly();
    }
}
