package org.unfoldingword.broker.benchmark;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Shows on stderr how far long work is: a bar that moves in a terminal, a line every few seconds elsewhere. */
final class Progress {

    private static final int WIDTH = 30;
    private static final Duration IN_TERMINAL = Duration.ofMillis(200);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** On stderr; a bar if {@code ./broker} said that a person looks on. */
    static Progress onStderr() {
        return new Progress(System.err, "1".equals(System.getenv("BROKER_TERMINAL")));
    }

    void say(String line) {
        out.println(line);
    }

    /** Shows {@code done} of {@code all} until it is closed. */
    Bar bar(String name, int all, IntSupplier done, Supplier<String> detail) {
        Bar bar = new Bar(name, all, done, detail);
        bar.thread.start();
        return bar;
    }

    static String drawn(int done, int all) {
        int filled = all == 0 ? WIDTH : (int) ((long) WIDTH * Math.min(done, all) / all);
        return "█".repeat(filled) + "░".repeat(WIDTH - filled);
    }

    /** One work's bar. */
    final class Bar implements AutoCloseable {
        private final String name;
        private final int all;
        private final IntSupplier done;
        private final Supplier<String> detail;
        private final long startNanos = System.nanoTime();
        private final Semaphore closed = new Semaphore(0);
        private final Thread thread = Thread.ofVirtual().name("progress").unstarted(this::show);

        private Bar(String name, int all, IntSupplier done, Supplier<String> detail) {
            this.name = name;
            this.all = all;
            this.done = done;
            this.detail = detail;
        }

        @Override
        public void close() {
            closed.release();
            try {
                thread.join();
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }

        private void show() {
            Duration pause = terminal ? IN_TERMINAL : ELSEWHERE;
            try {
                while (!closed.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    draw(terminal ? "\r" : "", terminal ? "" : "\n");
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            draw(terminal ? "\r" : "", "\n");
        }

        private void draw(String before, String after) {
            int now = done.getAsInt();
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
            String eraseRest = terminal ? "\u001b[K" : "";
            out.print("%s%s %s %d/%d, %s, %d s%s%s"
                    .formatted(before, name, drawn(now, all), now, all, detail.get(), seconds, eraseRest, after));
            out.flush();
        }
    }
}
