package org.unfoldingword.broker.ingest;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How requests are passed through to the worker.
 *
 * @param connectTimeout until a connection stands, and until one is free
 * @param timeout silence within one request; a longer one costs 504, or the rest of the answer
 * @param concurrency requests under way at a time; more wait for connect-timeout, then get 504
 * @param maxJson a longer JSON answer, which is read whole for its URLs, is refused with 502; other answers may be of any length
 */
@ConfigurationProperties("broker.pass-through")
record PassThroughProperties(
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("60s") Duration timeout,
        @DefaultValue("256") int concurrency,
        @DefaultValue("16MB") DataSize maxJson) {

    PassThroughProperties {
        expect(connectTimeout.toMillis() > 0, "connect-timeout", connectTimeout, "> 0");
        expect(timeout.toMillis() > 0, "timeout", timeout, "> 0");
        expect(concurrency >= 1, "concurrency", concurrency, ">= 1");
        boolean bounded = maxJson.toBytes() >= 1024 && maxJson.compareTo(DataSize.ofMegabytes(512)) <= 0;
        expect(bounded, "max-json", maxJson, "1KB to 512MB");
    }

    private static void expect(boolean kept, String name, Object value, String expected) {
        if (!kept) {
            throw new IllegalArgumentException(
                    "broker.pass-through." + name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
