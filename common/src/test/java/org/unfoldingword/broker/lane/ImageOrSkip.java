package org.unfoldingword.broker.lane;

import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.testcontainers.DockerClientFactory;

/** Skips all tests that were to run on an image where no container engine runs, and says so once. The platform finds it. */
public final class ImageOrSkip implements PostDiscoveryFilter {

    private final boolean run = TestRedis.image().map(ImageOrSkip::canRun).orElse(true);

    private static boolean canRun(String image) {
        boolean engine = DockerClientFactory.instance().isDockerAvailable();
        if (!engine) {
            System.err.println(
                    "skipped: the tests on " + image + " (expected: a container engine, as `docker info` finds it)");
        }
        return engine;
    }

    @Override
    public FilterResult apply(TestDescriptor test) {
        return FilterResult.includedIf(run);
    }
}
