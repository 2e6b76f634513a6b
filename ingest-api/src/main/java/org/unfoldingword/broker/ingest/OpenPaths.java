package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;

/** What anybody may ask for without a key: health, the documentation, the console's files, and the worker's public ones. Everything else needs one. */
final class OpenPaths {

    private static final Set<String> EXACTLY =
            Set.of("/", "/health", "/favicon.ico", "/console", "/docs", "/v3/api-docs", "/v3/api-docs.yaml", "/error");
    private static final List<String> BELOW = List.of("/console/", "/docs/", "/v3/api-docs/", "/public/");

    private OpenPaths() {}

    /** Judges the path that the server dispatches on: decoded, without parameters and dot segments. */
    static boolean include(HttpServletRequest request) {
        String path = request.getServletPath();
        return EXACTLY.contains(path) || BELOW.stream().anyMatch(path::startsWith);
    }
}
