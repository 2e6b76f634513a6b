package org.unfoldingword.broker.lane;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@code REDIS_URL}, understood. */
sealed interface RedisAddress {

    /** One Redis, or the master that sentinels name. */
    record Single(RedisURI uri) implements RedisAddress {}

    /** A cluster, by some of its nodes. */
    record Cluster(List<RedisURI> seeds) implements RedisAddress {}

    /** Without user and password. */
    default String shown() {
        return switch (this) {
            case Single single
            when !single.uri.getSentinels().isEmpty() -> "sentinels of " + single.uri.getSentinelMasterId();
            case Single single -> single.uri.getHost() + ":" + single.uri.getPort();
            case Cluster cluster ->
                "cluster " + cluster.seeds.getFirst().getHost() + ":"
                        + cluster.seeds.getFirst().getPort();
        };
    }

    /** @throws IllegalArgumentException naming what is wrong; the password is not repeated */
    static RedisAddress parse(String url) {
        try {
            if (url.startsWith("redis-cluster://")) {
                return new Cluster(seeds(url.substring("redis-cluster://".length())));
            }
            if (url.startsWith("redis://") || url.startsWith("rediss://")) {
                return new Single(RedisURI.create(url));
            }
            if (url.startsWith("redis-sentinel://")) {
                int master = url.lastIndexOf('/');
                if (master < "redis-sentinel://".length()) {
                    throw new IllegalArgumentException("no master named");
                }
                return new Single(RedisURI.create(url.substring(0, master) + "#" + url.substring(master + 1)));
            }
        } catch (RuntimeException malformed) {
            throw refused(url, malformed);
        }
        throw refused(url, null);
    }

    private static IllegalArgumentException refused(String url, @Nullable Throwable cause) {
        String shown = url.replaceAll("//[^@/]*@", "//…@");
        return new IllegalArgumentException(
                "broker.redis.url: '" + shown + "' (expected: redis://host:port, rediss://host:port,"
                        + " redis-sentinel://h1:p,h2:p/master or redis-cluster://h1:p,h2:p; environment: REDIS_URL)",
                cause);
    }

    private static List<RedisURI> seeds(String rest) {
        String hosts = rest;
        String user = "";
        int at = rest.lastIndexOf('@');
        if (at >= 0) {
            user = rest.substring(0, at + 1);
            hosts = rest.substring(at + 1);
        }
        List<RedisURI> seeds = new ArrayList<>();
        for (String host : hosts.split("/", 2)[0].split(",", -1)) {
            seeds.add(RedisURI.create(URI.create("redis://" + user + host)));
        }
        return seeds;
    }
}
