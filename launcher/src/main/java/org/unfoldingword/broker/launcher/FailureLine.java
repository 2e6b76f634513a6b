package org.unfoldingword.broker.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/**
 * A failure in one line: what is wrong, its value, what was expected. The line that somebody wrote for the operator, where the
 * chain of causes has one; otherwise a line made from what is known.
 */
final class FailureLine {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(:.*)?}");
    private static final Pattern SECRET = Pattern.compile("key|secret|password|token");

    private FailureLine() {}

    static String of(Throwable failure) {
        return of(failure, new StandardEnvironment());
    }

    /** @param environment resolves the values of settings */
    static String of(Throwable failure, Environment environment) {
        List<Throwable> chain = chain(failure);
        for (Throwable link : chain) {
            switch (link) {
                case StartFailure written -> {
                    return oneLine(reason(written));
                }
                case PortInUseException taken -> {
                    return "port " + taken.getPort() + ": in use (expected: a free port; environment: PORT or MANAGEMENT_PORT)";
                }
                default -> {
                    // Look deeper.
                }
            }
        }
        Optional<String> written = chain.reversed().stream()
                .map(FailureLine::reason)
                .filter(message -> message.contains("(expected: "))
                .findFirst();
        if (written.isPresent()) {
            return oneLine(written.get());
        }
        for (Throwable link : chain) {
            if (link instanceof BindValidationException invalid) {
                return oneLine(invalidLine(invalid));
            }
        }
        for (Throwable link : chain.reversed()) {
            if (link instanceof BindException unbound) {
                return oneLine(unboundLine(unbound, environment));
            }
        }
        Throwable root = chain.getLast();
        boolean ours = root instanceof IllegalStateException || root instanceof IllegalArgumentException;
        return "cannot start: " + (ours ? "" : root.getClass().getSimpleName() + ": ") + oneLine(reason(root))
                + " (LOG_LEVEL=DEBUG tells more)";
    }

    /** A throwable's message, or its kind if it has none. */
    static String reason(Throwable thrown) {
        String message = thrown.getMessage();
        String kind = thrown.getClass().getSimpleName();
        return message == null || message.isBlank() ? kind : message;
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable link = failure; link != null && !chain.contains(link); link = link.getCause()) {
            chain.add(link);
        }
        return chain;
    }

    private static String invalidLine(BindValidationException invalid) {
        ObjectError first = invalid.getValidationErrors().getAllErrors().getFirst();
        String prefix = invalid.getValidationErrors().getName().toString();
        return first instanceof FieldError field
                ? prefix + "." + field.getField() + ": " + field.getRejectedValue() + " (expected: it " + field.getDefaultMessage() + ")"
                : prefix + ": " + first.getDefaultMessage();
    }

    private static String unboundLine(BindException unbound, Environment environment) {
        String name = unbound.getName().toString();
        ConfigurationProperty property = unbound.getProperty();
        String value = property == null ? "(unset)" : environment.resolvePlaceholders(String.valueOf(property.getValue()));
        boolean secret = SECRET.matcher(name).find();
        String variable = variable(property).map(known -> "; environment: " + known).orElse("");
        return name + ": " + (secret ? "…" : value) + " (expected: " + expected(unbound.getTarget().getType().resolve(Object.class)) + variable + ")";
    }

    /** The variable that application.yml gives the setting, or the one that set it directly. */
    private static Optional<String> variable(@Nullable ConfigurationProperty property) {
        if (property == null) {
            return Optional.empty();
        }
        if (Origin.from(property) instanceof SystemEnvironmentOrigin direct) {
            return Optional.of(direct.getProperty());
        }
        Matcher placeholder = PLACEHOLDER.matcher(String.valueOf(property.getValue()));
        return placeholder.matches() ? Optional.of(placeholder.group(1)) : Optional.empty();
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + String.join(", ", Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList());
        }
        return switch (type.getSimpleName()) {
            case "Duration" -> "a duration such as 15s, 10m or 24h";
            case "DataSize" -> "a size such as 512KB or 40MB";
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "boolean", "Boolean" -> "true or false";
            case "URI", "URL" -> "an address such as https://worker.example";
            case "InetAddress" -> "an address of this machine";
            default -> "a " + type.getSimpleName();
        };
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
