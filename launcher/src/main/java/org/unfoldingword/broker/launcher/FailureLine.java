package org.unfoldingword.broker.launcher;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

/**
 * A failure in one line: what is wrong, its value, what was expected. The line that somebody wrote for the operator, where the
 * chain of causes has one; otherwise a line made from what is known.
 */
final class FailureLine {

    private FailureLine() {}

    static String of(Throwable failure) {
        return of(failure, new StandardEnvironment());
    }

    /** @param environment where the settings came from */
    static String of(Throwable failure, ConfigurableEnvironment environment) {
        List<Throwable> chain = chain(failure);
        String line = written(chain)
                .or(() -> first(chain, PortInUseException.class).map(FailureLine::taken))
                .or(() -> first(chain, BindValidationException.class).map(WrongSetting::line))
                .or(() -> first(chain.reversed(), BindException.class)
                        .map(unbound -> WrongSetting.line(unbound, environment)))
                .orElseGet(() -> unforeseen(chain.getLast()));
        return line.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** A throwable's message in words, or its kind if it has none. */
    static String reason(Throwable thrown) {
        String kind = thrown.getClass().getSimpleName();
        return switch (thrown) {
            case NoSuchFileException missing -> "no such file or directory";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException file ->
                Optional.ofNullable(file.getReason()).orElse(kind);
            default ->
                Optional.ofNullable(thrown.getMessage())
                        .filter(message -> !message.isBlank())
                        .orElse(kind);
        };
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable link = failure; link != null && !chain.contains(link); link = link.getCause()) {
            chain.add(link);
        }
        return chain;
    }

    /** Our own words, the outermost ones; Spring's repeat them with much around. */
    private static Optional<String> written(List<Throwable> chain) {
        return chain.stream()
                .filter(link -> !link.getClass().getName().startsWith("org.springframework."))
                .filter(link -> link instanceof StartFailure || reason(link).contains("(expected: "))
                .map(FailureLine::reason)
                .findFirst();
    }

    private static <T> Optional<T> first(List<Throwable> chain, Class<T> kind) {
        return chain.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    private static String taken(PortInUseException taken) {
        return "port " + taken.getPort() + ": in use (expected: a free port; environment: PORT or MANAGEMENT_PORT)";
    }

    private static String unforeseen(Throwable root) {
        return "cannot start: " + root.getClass().getSimpleName() + ": " + reason(root)
                + " (LOG_LEVEL=DEBUG tells more)";
    }
}
