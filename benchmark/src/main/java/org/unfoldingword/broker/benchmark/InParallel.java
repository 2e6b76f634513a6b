package org.unfoldingword.broker.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** Tasks on virtual threads of their own; a failure of any fails the whole. */
final class InParallel implements AutoCloseable {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> started = new ArrayList<>();

    void start(Callable<?> task) {
        started.add(threads.submit(task));
    }

    void join() throws InterruptedException {
        for (Future<?> one : started) {
            try {
                one.get();
            } catch (ExecutionException failed) {
                throw new IllegalStateException(String.valueOf(failed.getCause()), failed);
            }
        }
        started.clear();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Waits until it is so; false once nothing else is to be expected after so many seconds. */
    static boolean await(int secondsMax, BooleanSupplier condition) throws InterruptedException {
        long startNanos = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNanos > secondsMax * 1_000_000_000L) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }
}
