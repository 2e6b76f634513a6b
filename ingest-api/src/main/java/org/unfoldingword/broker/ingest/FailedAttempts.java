package org.unfoldingword.broker.ingest;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Bounds how often one source may show a key that nobody has. A source is an IPv4 address, or the first 64 bits of an IPv6 one,
 * as one customer is given so many. Safe for threads; remembers a fixed number of sources, the latest.
 *
 * <p>A known key always passes: behind one address there may be many clients, and one with an old key must not shut out the rest.
 * So this bounds what a guesser costs; that guessing leads nowhere is owed to the length of the keys.
 */
final class FailedAttempts {

    static final int SOURCES_MAX = 10_000;

    private static final int IPV6_PREFIX_BYTES = 8;

    private final int burst;
    private final long intervalNanos;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();

    /** When a source's attempts so far are paid off, ticker time; the source heard of last comes last. Guarded by lock. */
    private final Map<String, Long> paidOffAtNanos = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > SOURCES_MAX;
        }
    };

    /**
     * @param burst attempts at once
     * @param interval after which one more is forgiven
     */
    FailedAttempts(int burst, Duration interval, Ticker ticker) {
        this.burst = burst;
        this.intervalNanos = interval.toNanos();
        this.ticker = ticker;
    }

    /** Counts one more; if they are too many, how long the source is to stay away. */
    Optional<Duration> add(String address) {
        String source = source(address);
        lock.lock();
        try {
            long now = ticker.nanos();
            long owed = Math.max(0, paidOffAtNanos.getOrDefault(source, now) - now);
            long overNanos = owed + intervalNanos - burst * intervalNanos;
            if (overNanos > 0) {
                return Optional.of(Duration.ofNanos(overNanos));
            }
            paidOffAtNanos.put(source, now + owed + intervalNanos);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    int sources() {
        lock.lock();
        try {
            return paidOffAtNanos.size();
        } finally {
            lock.unlock();
        }
    }

    private static String source(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, IPV6_PREFIX_BYTES)));
        } catch (UnknownHostException notAnAddress) {
            return address;
        }
    }
}
