package org.unfoldingword.broker.lane;

import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Redis's memory and disk, as those of its nodes tell that answer: the memory of the one that is fullest, since it is the first that refuses writes.
 *
 * @param usedBytes now
 * @param maxBytes with which it refuses writes; empty if it has no limit
 * @param diskWrites false if the last write to disk of any of them has failed: it refuses writes, or soon will
 */
public record Memory(long usedBytes, Optional<Long> maxBytes, boolean diskWrites) {

    static Memory of(Redis redis) {
        return ofNodes(redis.call(Memory::ask));
    }

    /** @param infos what each node answers to INFO; at least one */
    static Memory ofNodes(List<String> infos) {
        List<Memory> nodes =
                infos.stream().map(NodeInfo::new).map(Memory::ofNode).toList();
        Memory fullest =
                nodes.stream().max(Comparator.comparingDouble(Memory::fullness)).orElseThrow();
        return new Memory(fullest.usedBytes, fullest.maxBytes, nodes.stream().allMatch(Memory::diskWrites));
    }

    private static CompletionStage<List<String>> ask(RedisClusterAsyncCommands<String, byte[]> commands) {
        if (!(commands instanceof RedisAdvancedClusterAsyncCommands<String, byte[]> cluster)) {
            return commands.info().thenApply(List::of);
        }
        CompletableFuture<String>[] answers =
                cluster.upstream().commands().info().futures();
        // Of one master that is away nothing is known, whatever the others say.
        return CompletableFuture.allOf(answers).handle((all, unanswered) -> {
            List<String> known = Arrays.stream(answers)
                    .filter(answer -> !answer.isCompletedExceptionally())
                    .map(CompletableFuture::join)
                    .toList();
            if (known.isEmpty()) {
                throw new RedisUnavailable("no master tells of its memory", unanswered);
            }
            return known;
        });
    }

    private static Memory ofNode(NodeInfo info) {
        long max = info.number("maxmemory");
        return new Memory(
                info.number("used_memory"),
                max == 0 ? Optional.empty() : Optional.of(max),
                !failed(info, "rdb_last_bgsave_status") && !failed(info, "aof_last_write_status"));
    }

    /** Nodes without a limit come last, the one that uses most first among them. */
    private double fullness() {
        return maxBytes.map(most -> (double) usedBytes / most).orElse(-1.0 / (1 + usedBytes));
    }

    private static boolean failed(NodeInfo info, String status) {
        return info.field(status).filter("err"::equals).isPresent();
    }
}
