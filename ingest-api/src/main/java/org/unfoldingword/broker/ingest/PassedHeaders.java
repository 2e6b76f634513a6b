package org.unfoldingword.broker.ingest;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which header fields of a request or an answer are passed through: not those of one connection only (RFC 9110, 7.6.1), which
 * {@code Connection} may add to, and none that either side has for us, or that we make anew.
 */
final class PassedHeaders {

    private static final Set<String> OF_ONE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "proxy-authenticate",
            "proxy-authorization");
    /** The client's business with the broker, or what this side makes anew. */
    private static final Set<String> NOT_ASKED = Set.of(
            "host",
            "authorization",
            "x-api-key",
            "cookie",
            "content-length",
            "accept-encoding",
            "expect",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-worker-origin");

    private static final Set<String> NOT_ANSWERED = Set.of("content-length", "set-cookie", "server", "date");

    /** Names in lower case. */
    private final Set<String> left = new HashSet<>(OF_ONE_CONNECTION);

    private PassedHeaders(Set<String> left, List<String> connection) {
        this.left.addAll(left);
        for (String value : connection) {
            for (String name : value.split(",", -1)) {
                this.left.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** @param connection the values of its {@code Connection} */
    static PassedHeaders ofRequest(List<String> connection) {
        return new PassedHeaders(NOT_ASKED, connection);
    }

    /** @param connection the values of its {@code Connection} */
    static PassedHeaders ofAnswer(List<String> connection) {
        return new PassedHeaders(NOT_ANSWERED, connection);
    }

    boolean include(String name) {
        return !left.contains(name.toLowerCase(Locale.ROOT));
    }
}
