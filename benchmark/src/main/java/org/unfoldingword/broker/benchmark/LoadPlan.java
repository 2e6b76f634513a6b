package org.unfoldingword.broker.benchmark;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Who sends what to which broker, and how the answers come back.
 *
 * @param users conversations, each of its own user; a user's messages go out one after the other
 * @param each messages of each user
 * @param perSecond messages a second in all; empty: each user sends the next one once the last is accepted
 * @param text what a message says; {@code {user}} and {@code {n}} stand for its user and its number
 * @param patience how long nothing may move before what is missing counts as lost
 */
record LoadPlan(
        URI broker,
        String key,
        String org,
        String client,
        int users,
        int each,
        Optional<Double> perSecond,
        Mode mode,
        String text,
        Duration patience) {

    LoadPlan {
        atLeastOne("--users", users);
        atLeastOne("--messages", each);
        perSecond.filter(rate -> !(rate > 0 && rate <= 100_000)).ifPresent(rate -> {
            throw new IllegalArgumentException("--rate: " + rate + " (expected: more than 0, at most 100000)");
        });
        if (!patience.isPositive()) {
            throw new IllegalArgumentException("--patience: " + patience + " (expected: more than 0s)");
        }
        if (broker.getHost() == null || !String.valueOf(broker.getScheme()).matches("https?")) {
            throw new IllegalArgumentException("--url: " + broker + " (expected: http://… or https://…)");
        }
    }

    int all() {
        return users * each;
    }

    /** When a message is due after the start, so that all users together keep the rate; its number counts from 1. */
    Optional<Duration> dueAfter(int user, int number) {
        return perSecond.map(rate -> Duration.ofNanos((long) (((number - 1L) * users + user) / rate * 1e9)));
    }

    private static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + ": " + value + " (expected: >= 1)");
        }
    }

    /** How an answer comes back. */
    enum Mode {
        /** By callback, which the load test receives itself. */
        ASYNC,
        /** On the held request. */
        SYNC,
        /** As a live stream. */
        STREAM
    }
}
