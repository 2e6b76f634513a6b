package org.unfoldingword.broker.lane;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;

/**
 * Connections to masters on which {@code WAIT} waits for what was written before: it goes by the connection, so on a cluster it must
 * be that to the very node that had the write.
 */
record Replicated(StatefulConnection<String, byte[]> connection, Duration timeout) implements AutoCloseable {

    /** @throws RedisUnavailable if no master of the key is known, or it cannot be reached */
    RedisClusterAsyncCommands<String, byte[]> masterOf(String key) {
        if (!(connection instanceof StatefulRedisClusterConnection<String, byte[]> cluster)) {
            return Redis.commandsOf(connection);
        }
        RedisClusterNode master = cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
        if (master == null) {
            throw new RedisUnavailable("no node serves the slot of " + key);
        }
        return Redis.commandsOf(cluster, master.getNodeId());
    }

    @Override
    public void close() {
        connection.close();
    }
}
