package org.unfoldingword.broker.lane;

import java.util.Optional;

/**
 * Redis's memory as the node tells that was asked; on a cluster one of them.
 *
 * @param usedBytes now
 * @param maxBytes with which it refuses writes; empty if it has no limit
 */
public record Memory(long usedBytes, Optional<Long> maxBytes) {

    static Memory of(Redis redis) {
        String info = redis.call(commands -> commands.info("memory"));
        long max = field(info, "maxmemory");
        return new Memory(field(info, "used_memory"), max == 0 ? Optional.empty() : Optional.of(max));
    }

    private static long field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> Long.valueOf(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElse(0L);
    }
}
