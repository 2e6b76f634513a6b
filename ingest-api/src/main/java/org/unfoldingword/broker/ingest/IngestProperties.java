package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.unfoldingword.broker.settings.Settings;

/**
 * What the ingest API takes and how long it holds.
 *
 * @param syncWait the longest that a sync POST is held; after that it answers 202 and the result stays readable
 * @param maxBody a longer request body is refused with 413
 * @param defaultOrg the org of a request that names none; empty: such a request is refused
 * @param streamBuffer what may wait in memory for one watcher of a stream; a slower one is served from Redis, at its own pace
 * @param bodyTimeout a body that has not come whole within this time is refused with 408
 * @param bodyMemory what all bodies that come in at a time may take together, an eighth of it only those of at most 64 KB, and of
 *     several keys one no more than half; those beyond wait a while, then are refused with 503. 0: a quarter of the heap
 * @param bodyPatience how long they wait
 * @param unknownKeys so many unknown keys one address may show at once; then 429
 * @param unknownKeyEvery one more after each such time
 * @param rate messages a second that one key may send to one process, where its account does not say; 0: as many as come
 * @param orgQueueLimit messages of one org that may wait, in all its conversations; beyond it the org is refused with 429. Looked at
 *     each second when it is near, so it may be passed by what comes in one
 */
@ConfigurationProperties("broker.ingest")
record IngestProperties(
        @DefaultValue("120s") Duration syncWait,
        @DefaultValue("40MB") DataSize maxBody,
        @DefaultValue("") String defaultOrg,
        @DefaultValue("256KB") DataSize streamBuffer,
        @DefaultValue("60s") Duration bodyTimeout,
        @DefaultValue("0MB") DataSize bodyMemory,
        @DefaultValue("30s") Duration bodyPatience,
        @DefaultValue("20") int unknownKeys,
        @DefaultValue("3s") Duration unknownKeyEvery,
        @DefaultValue("0") int rate,
        @DefaultValue("100000") long orgQueueLimit) {

    private static final Settings SETTINGS = new Settings("broker.ingest");

    IngestProperties {
        boolean held = !syncWait.isNegative() && syncWait.compareTo(Duration.ofHours(1)) <= 0;
        SETTINGS.expect(held, "sync-wait", syncWait, "0s to 1h; environment: BROKER_SYNC_WAIT");
        SETTINGS.expect(streamBuffer.toBytes() >= 1024, "stream-buffer", streamBuffer, ">= 1KB");
        SETTINGS.expect(bodyTimeout.toMillis() >= 1000, "body-timeout", bodyTimeout, "at least 1s");
        SETTINGS.expect(!bodyMemory.isNegative(), "body-memory", bodyMemory, "a size, or 0 for a quarter of the heap");
        SETTINGS.expect(!bodyPatience.isNegative(), "body-patience", bodyPatience, "at least 0s");
        SETTINGS.atLeastOne("unknown-keys", unknownKeys);
        SETTINGS.expect(rate >= 0, "rate", rate, ">= 0");
        SETTINGS.atLeastOne("org-queue-limit", orgQueueLimit);
        SETTINGS.expect(unknownKeyEvery.toMillis() >= 1, "unknown-key-every", unknownKeyEvery, "at least 1ms");
        boolean bounded = maxBody.toBytes() >= 1024
                && maxBody.toBytes() <= DataSize.ofMegabytes(512).toBytes();
        SETTINGS.expect(bounded, "max-body", maxBody, "1KB to 512MB; environment: BROKER_MAX_BODY");
    }

    /** In force: what one body may be, at the least. */
    long bodyMemoryBytes() {
        long given = bodyMemory.toBytes() > 0
                ? bodyMemory.toBytes()
                : Runtime.getRuntime().maxMemory() / 4;
        return Math.max(given, maxBody.toBytes() + BodyBudget.PAGE_BYTES);
    }

    Optional<String> defaultOrgIfAny() {
        return defaultOrg.isEmpty() ? Optional.empty() : Optional.of(defaultOrg);
    }
}
