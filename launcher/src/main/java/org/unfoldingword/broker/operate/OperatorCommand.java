package org.unfoldingword.broker.operate;

import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have: where the broker is, the key, and whether to print JSON. */
@Command(
        mixinStandardHelpOptions = true,
        footer = {"", Exit.LINE},
        sortOptions = false)
abstract class OperatorCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The broker. Default: BROKER_URL, else http://127.0.0.1:8080 (or PORT).")
    private @Nullable String url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "A key that may operate. Default: BROKER_API_KEY, else what `start` has made in its data"
                    + " directory. Others on this machine may see a command line; prefer the variable.")
    private @Nullable String key;

    @Option(names = "--json", description = "Print the broker's JSON instead of tables.")
    boolean json;

    private Surroundings surroundings = Surroundings.none();

    /** Given once, before it runs. */
    void in(Surroundings given) {
        this.surroundings = given;
    }

    @Override
    public final Integer call() throws InterruptedException {
        Map<String, String> environment = surroundings.environment();
        OperatorApi api = OperatorApi.at(
                given(url, environment, "BROKER_URL")
                        .orElse("http://127.0.0.1:" + given(environment, "PORT").orElse("8080")),
                given(key, environment, "BROKER_API_KEY")
                        .or(surroundings.madeKey())
                        .orElseThrow(() -> new CommandFailure(
                                Exit.FORBIDDEN,
                                "no key (expected: --key, BROKER_API_KEY, or a data directory in which `start` has made"
                                        + " one)")));
        boolean colours = environment.getOrDefault("BROKER_COLOURS", "").equals("1");
        String columns = environment.getOrDefault("BROKER_COLUMNS", "");
        int width = columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : Integer.MAX_VALUE;
        return run(api, new Screen(spec.commandLine().getOut(), colours, width)).status();
    }

    abstract Exit run(OperatorApi api, Screen screen) throws InterruptedException;

    /** Tells how far a long command is, to a person who looks on. */
    void progress(String text) {
        if (surroundings.environment().getOrDefault("BROKER_TERMINAL", "").equals("1")) {
            spec.commandLine().getErr().print("\r\u001b[2K" + text);
            spec.commandLine().getErr().flush();
        }
    }

    ZoneId zone() {
        return surroundings.zone();
    }

    CommandFailure usage(String line) {
        return new CommandFailure(Exit.USAGE, line + "; see " + spec.qualifiedName() + " --help");
    }

    private static Optional<String> given(@Nullable String option, Map<String, String> environment, String variable) {
        return option == null
                ? given(environment, variable)
                : Optional.of(option).filter(text -> !text.isBlank());
    }

    private static Optional<String> given(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable)).filter(text -> !text.isBlank());
    }
}
