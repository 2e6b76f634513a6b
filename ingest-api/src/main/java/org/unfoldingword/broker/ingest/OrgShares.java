package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * How many messages of one org may wait, so that one org's flood does not fill the store for the others. Counted by Redis, looked at
 * seldom while an org is far from its share and each second when it is near, so it may pass it by what comes in such a time. Safe for
 * threads.
 */
final class OrgShares {

    private static final Logger log = LoggerFactory.getLogger(OrgShares.class);

    private static final Duration SELDOM = Duration.ofSeconds(30);
    private static final Duration OFTEN = Duration.ofSeconds(1);

    private final long most;
    private final Supplier<Map<String, Long>> count;
    private final Ticker ticker;
    private final ReentrantLock looking = new ReentrantLock();
    /** By org: as counted, and what was let in here since. */
    private volatile Map<String, Long> queued = new ConcurrentHashMap<>();

    private volatile long lookedAtNanos;

    /** @param count how many each org has now; asked by one thread at a time */
    OrgShares(long most, Supplier<Map<String, Long>> count, Ticker ticker) {
        this.most = most;
        this.count = count;
        this.ticker = ticker;
        this.lookedAtNanos = ticker.nanos() - SELDOM.toNanos();
    }

    /** @throws Problem 429 if as many of the org's messages wait as may */
    void take(String org) {
        long known = queued.getOrDefault(org, 0L);
        Duration fresh = known >= most / 2 ? OFTEN : SELDOM;
        if (ticker.nanos() - lookedAtNanos >= fresh.toNanos()) {
            look();
            known = queued.getOrDefault(org, 0L);
        }
        if (known >= most) {
            throw Problem.of(
                            429,
                            "org_full",
                            "the org has " + known + " waiting messages (expected: fewer than " + most + ")")
                    .retryAfter(AcceptMessage.TRY_AGAIN);
        }
        queued.merge(org, 1L, Long::sum);
    }

    /** The others go on with what is known. */
    private void look() {
        if (!looking.tryLock()) {
            return;
        }
        try {
            // What is let in while Redis counts is not known to it, and is forgotten here: a few.
            queued = new ConcurrentHashMap<>(count.get());
        } catch (RedisUnavailable away) {
            // It may be one master of several, and the message another's: what is known stays in force until the next
            // look.
            log.debug("orgs' messages: not counted ({})", away.getMessage());
        } finally {
            lookedAtNanos = ticker.nanos();
            looking.unlock();
        }
    }
}
