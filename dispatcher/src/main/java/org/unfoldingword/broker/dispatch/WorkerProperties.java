package org.unfoldingword.broker.dispatch;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.unfoldingword.broker.http.PublicUrls;
import org.unfoldingword.broker.settings.Settings;

/**
 * The worker that answers messages, and how long it may take.
 *
 * @param baseUrl its origin, {@code http} or {@code https}; required
 * @param apiKey sent as {@code Authorization: Bearer}; empty: no such header
 * @param timeout one call as a whole
 * @param idleTimeout silence within a streamed call; the worker's stream sends a keepalive each 30 s
 * @param connectTimeout until a connection stands
 * @param endpoint which of the worker's endpoints is called
 * @param maxReply a worker that says more than this is cut off, and the message fails as {@code worker_reply_too_long}
 * @param maxFrames likewise, counted in the events of its stream
 * @param publicUrl the origin that clients see, put in place of the worker's in the URLs of its answers; empty: they stay
 */
@ConfigurationProperties("broker.worker")
record WorkerProperties(
        @DefaultValue("") String baseUrl,
        @DefaultValue("") String apiKey,
        @DefaultValue("10m") Duration timeout,
        @DefaultValue("75s") Duration idleTimeout,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("stream") Endpoint endpoint,
        @DefaultValue("48MB") DataSize maxReply,
        @DefaultValue("50000") int maxFrames,
        @DefaultValue("") String publicUrl) {

    private static final Settings SETTINGS = new Settings("broker.worker");

    WorkerProperties {
        SETTINGS.expect(
                baseUrl.matches("https?://[^/?#\\s]+(/[^?#\\s]*)?"),
                "base-url",
                "'" + baseUrl + "'",
                "http://host[:port] or https://…; environment: WORKER_BASE_URL");
        SETTINGS.positive("timeout", timeout);
        SETTINGS.positive("idle-timeout", idleTimeout);
        SETTINGS.positive("connect-timeout", connectTimeout);
        SETTINGS.expect(
                idleTimeout.compareTo(timeout) <= 0, "idle-timeout", idleTimeout, "at most timeout, " + timeout);
        SETTINGS.expect(
                maxReply.toBytes() >= 1024 && maxReply.compareTo(DataSize.ofMegabytes(512)) <= 0,
                "max-reply",
                maxReply,
                "1KB to 512MB");
        SETTINGS.atLeastOne("max-frames", maxFrames);
        SETTINGS.expect(
                publicUrl.isEmpty() || publicUrl.matches("https?://[^/?#\\s]+/?"),
                "public-url",
                publicUrl,
                "http://host[:port] or https://…; environment: BROKER_PUBLIC_URL");
    }

    URI uri(Endpoint called) {
        return URI.create(baseUrl.replaceAll("/+$", "") + called.path());
    }

    PublicUrls publicUrls() {
        return PublicUrls.of(baseUrl, publicUrl);
    }

    /** The key is not shown. */
    @Override
    public String toString() {
        return "WorkerProperties[baseUrl=" + baseUrl + ", apiKey=…, timeout=" + timeout + "]";
    }
}
