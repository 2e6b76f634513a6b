package org.unfoldingword.broker.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Settings on the command line: {@code --broker.lane.lease=20s}. Anything else that is left over is refused. */
final class SettingArguments {

    private static final Pattern SETTING = Pattern.compile("--[a-z][a-z0-9-]*(\\.[a-z0-9\\[\\]-]+)+=.*");

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Unmatched
    private final List<String> leftOver = new ArrayList<>();

    String[] arguments() {
        for (String argument : leftOver) {
            if (!SETTING.matcher(argument).matches()) {
                throw new ParameterException(
                        command.commandLine(),
                        "unknown argument: " + argument + " (expected: a setting such as --broker.lane.lease=20s)");
            }
        }
        return leftOver.toArray(String[]::new);
    }
}
