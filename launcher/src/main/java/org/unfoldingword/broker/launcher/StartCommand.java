package org.unfoldingword.broker.launcher;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.unfoldingword.broker.telemetry.SystemTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Everything in one process, with what is missing brought along: the two-minute start, and a small installation. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = {
            "Runs everything in one process until Ctrl-C.",
            "",
            "REDIS_URL unset: an embedded Redis, with its data in BROKER_DATA_DIR (./data).",
            "WORKER_BASE_URL unset: a demo worker. In a message, [delay=1500], [drip=10x200], [fail=500], [fail=503x2],"
                    + " [error] and [hang] tell it what to do.",
            "BROKER_API_KEY unset: a key is made and kept; only this machine is served."
        })
final class StartCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Settings. Not in a mixin: picocli does not look there for it. */
    @Unmatched
    private final List<String> leftOver = new ArrayList<>();

    @Override
    public Integer call() {
        AllInOne foundation = new AllInOne(Sleeper.real(), SystemTime.instants(), SystemTime.ticker());
        return new ServerProcess(EnumSet.allOf(Role.class), foundation, Sleeper.real())
                .runUntilStopped(SettingArguments.of(spec, leftOver));
    }
}
