package org.unfoldingword.broker.benchmark;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** A load test against a running broker; not written yet, and says so. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "A load test against a running broker (not there yet).")
final class LoadCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        System.err.println("load: not there yet (issue: speed and cost)");
        return 2;
    }
}
