package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Lets a caller only reach the endpoints that it has the right for. An endpoint behind the keys that names none is a bug. */
final class RightsCheck implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && ours(method) && !OpenPaths.include(request)) {
            Needs needs = neededBy(method)
                    .orElseThrow(
                            () -> new IllegalStateException(method + ": no @Needs (expected: one, or an open path)"));
            Caller.of(request).require(needs.value());
        }
        return true;
    }

    static Optional<Needs> neededBy(HandlerMethod method) {
        return Optional.ofNullable(AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Needs.class))
                .or(() -> Optional.ofNullable(
                        AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Needs.class)));
    }

    /** The framework has handlers of its own, such as for OPTIONS; whoever has a key may ask them. */
    private static boolean ours(HandlerMethod method) {
        return method.getBeanType().getPackage().equals(RightsCheck.class.getPackage());
    }
}
