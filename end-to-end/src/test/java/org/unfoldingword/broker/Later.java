package org.unfoldingword.broker;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Work beside the test, each on a virtual thread of its own. */
final class Later {

    private Later() {}

    static <T> CompletableFuture<T> call(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, Thread.ofVirtual()::start);
    }
}
