package org.unfoldingword.broker.ingest;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.unfoldingword.broker.access.Account;

/** How many messages a second each key may send to this process. What it asks for beyond costs next to nothing. Safe for threads. */
final class SubmitRates {

    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Of keys whose account does not say; 0: as many as come. */
    private final int usual;
    /** By account; there are a thousand at most. */
    private final Map<String, RateLimiter> limiters = new ConcurrentHashMap<>();

    SubmitRates(int usual) {
        this.usual = usual;
    }

    /** @throws Problem 429 if the key has sent as many as it may in this second */
    void take(Account account) {
        int rate = account.rate().orElse(usual);
        if (rate > 0 && !limiter(account.id(), rate).acquirePermission()) {
            throw Problem.of(
                            429,
                            "rate_limited",
                            "the key sends more than " + rate + " messages a second (expected: fewer)")
                    .retryAfter(SECOND);
        }
    }

    /** The rate may have been changed in the key file. */
    private RateLimiter limiter(String account, int rate) {
        return limiters.compute(account, (id, known) -> Optional.ofNullable(known)
                .filter(limiter -> limiter.getRateLimiterConfig().getLimitForPeriod() == rate)
                .orElseGet(() -> RateLimiter.of(
                        id,
                        RateLimiterConfig.custom()
                                .limitForPeriod(rate)
                                .limitRefreshPeriod(SECOND)
                                .timeoutDuration(Duration.ZERO)
                                .build())));
    }
}
