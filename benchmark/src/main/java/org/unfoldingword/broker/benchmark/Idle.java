package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.time.Duration;

/** What a broker that has nothing to do asks of the store. */
final class Idle {

    private static final double COMMANDS_MAX = 12;
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final CommandCount commands;
    private final Duration watched;

    /** @param watched how long; scaled to a minute where it is shorter */
    Idle(CommandCount commands, Duration watched) {
        this.commands = commands;
        this.watched = watched;
    }

    void run(Report report) throws IOException, InterruptedException {
        Thread.sleep(SETTLE);
        long before = commands.sent();
        Thread.sleep(watched);
        long sent = commands.sent() - before;
        report.add(Row.amount("idle: Redis commands a minute", sent, sent * 60.0 / watched.toSeconds())
                .atMost(COMMANDS_MAX));
    }
}
