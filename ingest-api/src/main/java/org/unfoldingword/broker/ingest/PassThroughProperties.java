package org.unfoldingword.broker.ingest;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.unfoldingword.broker.settings.Settings;

/**
 * How requests are passed through to the worker.
 *
 * @param connectTimeout until a connection stands, and until one is free
 * @param timeout silence within one request; a longer one costs 504, or the rest of the answer
 * @param concurrency requests under way at a time, a quarter of them without a key, and of the others half for one key; more wait
 *     for connect-timeout, then get 503
 * @param maxJson a longer JSON answer, which is read whole for its URLs, is refused with 502; other answers may be of any length
 */
@ConfigurationProperties("broker.pass-through")
record PassThroughProperties(
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("60s") Duration timeout,
        @DefaultValue("256") int concurrency,
        @DefaultValue("16MB") DataSize maxJson) {

    private static final Settings SETTINGS = new Settings("broker.pass-through");

    PassThroughProperties {
        SETTINGS.positive("connect-timeout", connectTimeout);
        SETTINGS.positive("timeout", timeout);
        SETTINGS.atLeastOne("concurrency", concurrency);
        boolean bounded = maxJson.toBytes() >= 1024 && maxJson.compareTo(DataSize.ofMegabytes(512)) <= 0;
        SETTINGS.expect(bounded, "max-json", maxJson, "1KB to 512MB");
    }
}
