package org.unfoldingword.broker.launcher;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** One service alone, as in production. Any number of each may run. */
@Command(
        mixinStandardHelpOptions = true,
        description =
                "One service alone, until it is told to stop. Needs REDIS_URL; settings come from the environment.")
final class RoleCommand implements Callable<Integer> {

    private final Role role;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Settings. Not in a mixin: picocli does not look there for it. */
    @Unmatched
    private final List<String> leftOver = new ArrayList<>();

    RoleCommand(Role role) {
        this.role = role;
    }

    @Override
    public Integer call() {
        return new ServerProcess(EnumSet.of(role), new ServiceAlone(role), Sleeper.real())
                .runUntilStopped(SettingArguments.of(spec, leftOver));
    }
}
