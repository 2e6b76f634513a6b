package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the ingest API takes and how long it holds.
 *
 * @param syncWait the longest that a sync POST is held; after that it answers 202 and the result stays readable
 * @param maxBody a longer request body is refused with 413
 * @param defaultOrg the org of a request that names none; empty: such a request is refused
 * @param streamBuffer what may wait in memory for one watcher of a stream; a slower one is served from Redis, at its own pace
 * @param retryAfter how long a client is told to stay away when Redis is
 */
@ConfigurationProperties("broker.ingest")
record IngestProperties(
        @DefaultValue("120s") Duration syncWait,
        @DefaultValue("40MB") DataSize maxBody,
        @DefaultValue("") String defaultOrg,
        @DefaultValue("256KB") DataSize streamBuffer,
        @DefaultValue("2s") Duration retryAfter) {

    IngestProperties {
        if (syncWait.isNegative() || syncWait.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "broker.ingest.sync-wait: " + syncWait + " (expected: 0s to 1h; environment: BROKER_SYNC_WAIT)");
        }
        if (streamBuffer.toBytes() < 1024) {
            throw new IllegalArgumentException("broker.ingest.stream-buffer: " + streamBuffer + " (expected: >= 1KB)");
        }
        if (maxBody.toBytes() < 1024
                || maxBody.toBytes() > DataSize.ofMegabytes(512).toBytes()) {
            throw new IllegalArgumentException(
                    "broker.ingest.max-body: " + maxBody + " (expected: 1KB to 512MB; environment: BROKER_MAX_BODY)");
        }
    }

    Optional<String> defaultOrgIfAny() {
        return defaultOrg.isEmpty() ? Optional.empty() : Optional.of(defaultOrg);
    }
}
