package org.unfoldingword.broker.ingest;

import java.net.URI;
import java.util.Optional;
import org.apache.hc.core5.http.HttpHost;
import org.unfoldingword.broker.access.SecretText;
import org.unfoldingword.broker.http.PublicUrls;

/**
 * The worker that requests are passed through to.
 *
 * @param baseUrl its origin, perhaps with a path; empty: nothing is passed through
 * @param key sent as {@code Authorization: Bearer}; empty: no such header
 * @param publicUrl the origin that clients see, put in place of the worker's in URLs; empty: they stay
 */
record Upstream(String baseUrl, SecretText key, String publicUrl) {

    Upstream {
        if (!baseUrl.isEmpty() && !baseUrl.matches("https?://[^/?#\\s@]+(/[^?#\\s]*)?")) {
            throw new IllegalArgumentException("broker.worker.base-url: '" + baseUrl
                    + "' (expected: http://host[:port] or https://…; environment: WORKER_BASE_URL)");
        }
    }

    Optional<HttpHost> host() {
        return baseUrl.isEmpty() ? Optional.empty() : Optional.of(HttpHost.create(URI.create(baseUrl)));
    }

    /** What stands before the path of each request; empty, or begins with a slash and does not end with one. */
    String pathPrefix() {
        return baseUrl.isEmpty() ? "" : URI.create(baseUrl).getRawPath().replaceAll("/+$", "");
    }

    PublicUrls publicUrls() {
        return PublicUrls.of(baseUrl, publicUrl);
    }
}
