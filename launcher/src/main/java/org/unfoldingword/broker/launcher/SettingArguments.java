package org.unfoldingword.broker.launcher;

import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Settings on the command line: {@code --broker.lane.lease=20s}. Anything else that is left over is refused. */
final class SettingArguments {

    private static final Pattern SETTING = Pattern.compile("--[a-z][a-z0-9-]*(\\.[a-z0-9\\[\\]-]+)+=.*");

    private SettingArguments() {}

    /** What the command itself has not taken, as Spring takes it. */
    static String[] of(CommandSpec command, List<String> leftOver) {
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
