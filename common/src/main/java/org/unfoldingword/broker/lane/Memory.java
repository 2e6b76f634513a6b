package org.unfoldingword.broker.lane;

import java.util.Optional;

/**
 * Redis's memory and disk as the node tells that was asked; on a cluster one of them.
 *
 * @param usedBytes now
 * @param maxBytes with which it refuses writes; empty if it has no limit
 * @param diskWrites false if its last write to disk has failed: it refuses writes, or soon will
 */
public record Memory(long usedBytes, Optional<Long> maxBytes, boolean diskWrites) {

    static Memory of(Redis redis) {
        String info = redis.call(commands -> commands.info());
        long max = number(info, "maxmemory");
        return new Memory(
                number(info, "used_memory"),
                max == 0 ? Optional.empty() : Optional.of(max),
                !failed(info, "rdb_last_bgsave_status") && !failed(info, "aof_last_write_status"));
    }

    private static boolean failed(String info, String status) {
        return field(info, status).filter("err"::equals).isPresent();
    }

    private static long number(String info, String name) {
        return field(info, name).map(Long::valueOf).orElse(0L);
    }

    private static Optional<String> field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
