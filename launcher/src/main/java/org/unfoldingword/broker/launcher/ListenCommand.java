package org.unfoldingword.broker.launcher;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.unfoldingword.broker.telemetry.SystemTime;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** A callback receiver for trying things out. */
@Command(
        name = "listen",
        mixinStandardHelpOptions = true,
        description = {
            "Receives callbacks and prints each as it arrives, until Ctrl-C.",
            "Give its address as callback_url. Options make it fail or be slow."
        })
final class ListenCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--port", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}. 0 takes any free one.")
    private int port = 9099;

    @Option(names = "--status", paramLabel = "CODE", description = "Answer with this. Default: ${DEFAULT-VALUE}.")
    private int status = 200;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Answer after this, such as 5s or 300ms.")
    private Duration delay = Duration.ZERO;

    @Option(
            names = "--fail-first",
            paramLabel = "N",
            description =
                    "Answer the first N attempts of each callback with 503, or with --status if that is a failure.")
    private int failFirst;

    @Option(
            names = "--secret",
            paramLabel = "whsec_…",
            description = "Checks signatures with it. Default: BROKER_CALLBACK_SIGNING_SECRET, else what `start` made.")
    private @Nullable String secret;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        StopSignals.exitCleanly();
        CallbackPrinter printer = new CallbackPrinter(spec.commandLine().getOut(), json);
        CallbackReceiver.Behaviour behaviour = new CallbackReceiver.Behaviour(status, failFirst, delay);
        CallbackReceiver receiver = CallbackReceiver.start(
                port,
                behaviour,
                secret(System.getenv()).map(SignatureCheck::new),
                printer,
                Sleeper.real(),
                SystemTime.instants());
        printer.listening(receiver.url());
        new CountDownLatch(1).await();
        return CommandLine.ExitCode.OK;
    }

    private Optional<String> secret(Map<String, String> environment) {
        String known =
                Objects.requireNonNullElse(secret, environment.getOrDefault("BROKER_CALLBACK_SIGNING_SECRET", ""));
        return known.isBlank() ? DataDirectory.in(environment).knownSecret(Secret.SIGNING_SECRET) : Optional.of(known);
    }

    /** A duration as in the settings: {@code 5s}, {@code 300ms}. */
    static final class Time implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            try {
                return DurationStyle.SIMPLE.parse(text);
            } catch (IllegalArgumentException malformed) {
                throw new TypeConversionException("'" + text + "' (expected: a time such as 5s or 300ms)");
            }
        }
    }
}
