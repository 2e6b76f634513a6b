package org.unfoldingword.broker.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The load test of a running broker. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends messages of many users to a running broker, and checks that every answer comes back, once and in the"
                    + " user's order.",
            "Exit status: 0 all well, 1 something was lost, repeated, out of order, failed or refused, 2 wrong usage."
        })
final class LoadCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:BROKER_URL:-http://127.0.0.1:${env:PORT:-8080}}",
            description = "The broker. Default: BROKER_URL, else http://127.0.0.1:8080 (or PORT).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private URI url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Default: BROKER_API_KEY, else what `start` made in its data directory.")
    private @Nullable String key;

    @Option(names = "--users", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int users = 50;

    @Option(names = "--messages", paramLabel = "M", description = "Of each user. Default: ${DEFAULT-VALUE}.")
    private int messages = 20;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Messages a second, of all users together. Default: each user as fast as it is accepted.")
    private @Nullable Double rate;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "async (by callback, received here), sync or stream. Default: ${DEFAULT-VALUE}.")
    private String mode = "async";

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "What a message says; {user} and {n} are filled in. Default: ${DEFAULT-VALUE}.")
    private String text = "load {n}";

    @Option(names = "--org", paramLabel = "ORG", description = "Default: ${DEFAULT-VALUE}.")
    private String org = "load";

    @Option(names = "--client", paramLabel = "ID", description = "client_id. Default: ${DEFAULT-VALUE}.")
    private String client = "load";

    @Option(
            names = "--callback-url",
            paramLabel = "URL",
            description = "This command's receiver as the broker sees it. Default: its address on this machine.")
    private @Nullable String callbackUrl;

    @Option(
            names = "--patience",
            paramLabel = "TIME",
            description = "How long nothing may move before the rest counts as lost. Default: ${DEFAULT-VALUE}.")
    private String patience = "60s";

    @Option(
            names = "--json",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "-",
            description = "The result as JSON, to FILE or instead of the table.")
    private @Nullable File json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LoadPlan plan = plan();
        Progress progress = Progress.onStderr();
        Report report = new Report(/* quick= */ false);
        try (CallbackReceiver receiver = new CallbackReceiver()) {
            String run = "load-" + UUID.randomUUID().toString().substring(0, 8);
            String callback = Optional.ofNullable(callbackUrl).orElse(receiver.url());
            new Load(plan, run).run(receiver, callback, report, progress);
        } catch (IOException unreachable) {
            throw wrong("--url: " + url + " cannot be reached (expected: a running broker)", unreachable);
        }
        boolean onStdout = json != null && json.getPath().equals("-");
        if (json != null && !onStdout) {
            report.write(json.toPath());
        }
        spec.commandLine().getOut().print(onStdout ? report.json() : report.table());
        spec.commandLine().getOut().flush();
        return report.met() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private LoadPlan plan() throws IOException {
        try {
            return new LoadPlan(
                    url,
                    key(),
                    org,
                    client,
                    users,
                    messages,
                    Optional.ofNullable(rate),
                    mode(),
                    text,
                    DurationStyle.SIMPLE.parse(patience));
        } catch (IllegalArgumentException wrong) {
            throw wrong(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private ParameterException wrong(String line, Exception cause) {
        return new ParameterException(spec.commandLine(), line, cause);
    }

    private LoadPlan.Mode mode() {
        try {
            return LoadPlan.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("--mode: " + mode + " (expected: async, sync or stream)", unknown);
        }
    }

    private String key() throws IOException {
        String known = key == null ? System.getenv().getOrDefault("BROKER_API_KEY", "") : key;
        if (!known.isBlank()) {
            return known;
        }
        Path made = Path.of(System.getenv().getOrDefault("BROKER_DATA_DIR", "data"), "api-key");
        if (!Files.exists(made)) {
            throw new IllegalArgumentException("--key: none (expected: --key, BROKER_API_KEY, or " + made + ")");
        }
        return Files.readString(made).strip();
    }
}
