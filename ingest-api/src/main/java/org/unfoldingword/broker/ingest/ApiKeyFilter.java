package org.unfoldingword.broker.ingest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;
import org.unfoldingword.broker.access.Account;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.access.KeyMark;

/**
 * Lets a request pass only with a key, as {@code X-API-Key} or {@code Authorization: Bearer}, or to an open path; tells those
 * behind it who the {@link Caller} is. What the caller may do is judged later.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

    private final ApiKeys keys;
    private final Optional<String> defaultOrg;
    private final FailedAttempts attempts;
    private final BodyReader bodies;
    private final Problems problems;

    ApiKeyFilter(
            ApiKeys keys, Optional<String> defaultOrg, FailedAttempts attempts, BodyReader bodies, Problems problems) {
        this.keys = keys;
        this.attempts = attempts;
        this.bodies = bodies;
        this.defaultOrg = defaultOrg;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return OpenPaths.include(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> shown = shown(request);
        Optional<Account> account = shown.flatMap(keys::find);
        if (account.isEmpty()) {
            refuse(shown.isEmpty() ? new Denied.NoKey() : unknown(request), request, response);
            return;
        }
        Caller.of(account.get(), KeyMark.of(shown.get()), defaultOrg).mark(request);
        bodies.mark(request);
        chain.doFilter(request, response);
    }

    private Denied unknown(HttpServletRequest request) {
        return attempts.add(request.getRemoteAddr())
                .<Denied>map(Denied.TooManyAttempts::new)
                .orElseGet(Denied.UnknownKey::new);
    }

    private void refuse(Denied denied, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (WorkerProblems.cover(request)) {
            WorkerProblems.write(denied, response);
        } else {
            problems.write(denied.problem(), response);
        }
    }

    private static Optional<String> shown(HttpServletRequest request) {
        String own = request.getHeader("X-API-Key");
        if (own != null) {
            return Optional.of(own.strip()).filter(key -> !key.isEmpty());
        }
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return Optional.of(authorization.substring("bearer ".length()).strip())
                    .filter(key -> !key.isEmpty());
        }
        return Optional.empty();
    }
}
