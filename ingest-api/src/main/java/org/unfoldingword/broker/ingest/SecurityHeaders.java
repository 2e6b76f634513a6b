package org.unfoldingword.broker.ingest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The first that a request meets. What a browser may make of an answer: nothing. Pages that are meant for browsers loosen this for themselves.
 *
 * <p>There is no protection against forged requests beyond this, and none is needed: the broker sets no cookie and takes none, so
 * a browser has nothing that it would send along by itself.
 */
final class SecurityHeaders extends OncePerRequestFilter {

    private final Problems problems;

    SecurityHeaders(Problems problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        Optional<String> fault = PathRules.faultOf(request.getRequestURI());
        if (fault.isPresent()) {
            // Whoever asks for a part of such a path further on gets an exception, and the client would get a 500.
            problems.write(Problem.of(400, "invalid_path", "path: " + fault.get()), response);
            return;
        }
        chain.doFilter(request, response);
    }
}
