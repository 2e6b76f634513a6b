package org.unfoldingword.broker.launcher;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String built = Launcher.class.getPackage().getImplementationVersion();
        return new String[] {"broker " + Objects.requireNonNullElse(built, "(not packaged)")};
    }
}
