package org.unfoldingword.broker.launcher;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One service alone, as in production. Any number of each may run. */
@Command(
        mixinStandardHelpOptions = true,
        description =
                "One service alone, until it is told to stop. Needs REDIS_URL; settings come from the environment.")
final class RoleCommand implements Callable<Integer> {

    private final Role role;

    @Mixin
    private final SettingArguments settings = new SettingArguments();

    RoleCommand(Role role) {
        this.role = role;
    }

    @Override
    public Integer call() {
        return new ServerProcess(EnumSet.of(role), new ServiceAlone(role), Sleeper.real())
                .runUntilStopped(settings.arguments());
    }
}
