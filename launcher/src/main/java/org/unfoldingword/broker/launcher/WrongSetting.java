package org.unfoldingword.broker.launcher;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** A setting that Spring cannot read, in one line: property, value, what is allowed, and the variable that sets it. */
final class WrongSetting {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(:.*)?}");
    private static final Pattern SECRET = Pattern.compile("key|secret|password|token");

    private WrongSetting() {}

    static String line(BindException unbound, ConfigurableEnvironment environment) {
        String name = unbound.getName().toString();
        Optional<ConfigurationProperty> property = Optional.ofNullable(unbound.getProperty());
        String value = property.map(known -> environment.resolvePlaceholders(String.valueOf(known.getValue())))
                .orElse("(unset)");
        String variable = property.flatMap(WrongSetting::direct)
                .or(() -> mapped(name, environment))
                .map(known -> "; environment: " + known)
                .orElse("");
        return name + ": " + (SECRET.matcher(name).find() ? "(not shown)" : value) + " (expected: "
                + expected(unbound.getTarget().getType()) + variable + ")";
    }

    static String line(BindValidationException invalid) {
        ObjectError first = invalid.getValidationErrors().getAllErrors().getFirst();
        String prefix = invalid.getValidationErrors().getName().toString();
        return first instanceof FieldError field
                ? prefix + "." + field.getField() + ": " + field.getRejectedValue() + " (expected: it "
                        + field.getDefaultMessage() + ")"
                : prefix + ": " + first.getDefaultMessage();
    }

    /** The variable whose name is the property's, such as BROKER_LANE_PARTITIONS. */
    private static Optional<String> direct(ConfigurationProperty property) {
        return Origin.from(property) instanceof SystemEnvironmentOrigin origin
                ? Optional.of(origin.getProperty())
                : Optional.empty();
    }

    /** The variable that application.yml gives the property. */
    private static Optional<String> mapped(String name, ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream()
                .map(source -> raw(source, name))
                .map(PLACEHOLDER::matcher)
                .filter(Matcher::matches)
                .map(placeholder -> placeholder.group(1))
                .findFirst();
    }

    private static String raw(PropertySource<?> source, String name) {
        return Objects.toString(source.getProperty(name), "");
    }

    private static String expected(ResolvableType type) {
        if (type.isArray() || type.asCollection().resolve() != null) {
            ResolvableType element = type.isArray()
                    ? type.getComponentType()
                    : type.asCollection().getGeneric();
            return "a comma-separated list, each " + expected(element);
        }
        Class<?> kind = type.resolve(Object.class);
        if (kind.isEnum()) {
            return Arrays.stream(kind.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return switch (kind.getSimpleName()) {
            case "Duration" -> "a duration such as 15s, 10m or 24h";
            case "DataSize" -> "a size such as 512KB or 40MB";
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "double", "Double" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "URI", "URL" -> "an address such as https://worker.example";
            case "InetAddress" -> "an address of this machine";
            default -> "a " + kind.getSimpleName();
        };
    }
}
