package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A broker on two processors stood still for good: a thread that served a page held the lock of the jar file, waiting to be carried
 * on, while both carriers were kept by threads that initialized classes out of the same jar. Played here with classes that wait.
 */
class CarriersTest {

    private static final int PATIENCE_SECONDS = 60;

    /** Both are initialized at the same time, and end when a third thread has had its turn. */
    static final class One {
        static {
            Standstill.initialize();
        }

        private One() {}

        static void touch() {}
    }

    static final class Other {
        static {
            Standstill.initialize();
        }

        private Other() {}

        static void touch() {}
    }

    /** A process of its own, since the JVM looks only once how many carriers there shall be. */
    static final class Standstill {
        private static final CountDownLatch BEGUN = new CountDownLatch(2);
        private static final CountDownLatch GO_ON = new CountDownLatch(1);

        private Standstill() {}

        public static void main(String[] arguments) throws InterruptedException {
            Carriers.provide();
            Thread one = Thread.startVirtualThread(One::touch);
            Thread other = Thread.startVirtualThread(Other::touch);
            BEGUN.await();
            Thread.startVirtualThread(GO_ON::countDown);
            boolean moved = GO_ON.await(PATIENCE_SECONDS / 4, TimeUnit.SECONDS);
            GO_ON.countDown();
            one.join();
            other.join();
            System.exit(moved ? 0 : 1);
        }

        static void initialize() {
            BEGUN.countDown();
            try {
                GO_ON.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void aThreadIsCarriedOnWhileAsManyInitializeClassesAsThereAreProcessors() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Standstill.class.getName())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
