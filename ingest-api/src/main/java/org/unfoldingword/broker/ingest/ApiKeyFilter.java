package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets a request to the API pass only with the key, as {@code X-API-Key} or {@code Authorization: Bearer}. */
final class ApiKeyFilter extends OncePerRequestFilter {

    private final byte[] key;

    ApiKeyFilter(String key) {
        this.key = key.getBytes(UTF_8);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> shown = shown(request);
        if (shown.filter(text -> MessageDigest.isEqual(text.getBytes(UTF_8), key))
                .isPresent()) {
            chain.doFilter(request, response);
            return;
        }
        String fault = shown.isPresent() ? "unknown key" : "no key";
        Problem problem = Problem.of(
                401, "unauthorized", fault + " (expected: X-API-Key or Authorization: Bearer with a known key)");
        response.setStatus(401);
        response.setHeader("WWW-Authenticate", "Bearer");
        response.setContentType("application/problem+json");
        response.getOutputStream().write(Problems.body(problem));
    }

    private static Optional<String> shown(HttpServletRequest request) {
        String own = request.getHeader("X-API-Key");
        if (own != null) {
            return Optional.of(own);
        }
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return Optional.of(authorization.substring("bearer ".length()).strip());
        }
        return Optional.empty();
    }
}
