package org.unfoldingword.broker.launcher;

/**
 * The platform threads that carry virtual ones; the JVM has one for each processor.
 *
 * <p>A virtual thread that initializes a class keeps its carrier, also while it waits for a lock (JEP 491). If all carriers are kept
 * so, whoever has the lock is never carried again, and the process stands still for good. On two processors that takes only two
 * threads that load their first classes at the same time; with some more carriers it takes as many of them.
 */
final class Carriers {

    /** Idle ones cost a stack each, that is little. */
    private static final int AT_LEAST = 16;

    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    private Carriers() {}

    /** To be called before the first virtual thread is made: the JVM looks once. What is set on its command line counts. */
    static void provide() {
        if (System.getProperty(PARALLELISM) == null) {
            System.setProperty(
                    PARALLELISM,
                    Integer.toString(Math.max(AT_LEAST, Runtime.getRuntime().availableProcessors())));
        }
    }
}
