package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What does it cost to accept durably? {@code POST /api/v1/message} of 300 bytes on 64 connections, beside an endpoint of bare
 * Spring Boot that reads the same JSON and answers the same, and keeps nothing.
 */
final class Accept implements Scenario {

    private static final int CONNECTIONS = 64;
    private static final double GOAL = 0.4;

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int seconds = bench.size(5, 10);
        AtomicInteger users = new AtomicInteger();
        try (StubWorker worker = new StubWorker();
                BrokerProcess ingest = bench.role("ingest-api", worker).start()) {
            double perSecond = measured(ingest.url(), ingest.key(), users, seconds);
            bench.report().add(Row.amount("accept: broker/s", CONNECTIONS, perSecond));
        }
        try (BareProcess bare = BareProcess.start(bench)) {
            double perSecond = measured(bare.url(), "none", users, seconds);
            bench.report().add(Row.amount("accept: bare Spring Boot/s", CONNECTIONS, perSecond));
        }
        bench.report().ratio("accept: broker / bare", "accept: broker/s", "accept: bare Spring Boot/s", GOAL);
    }

    private static double measured(String url, String key, AtomicInteger users, int seconds)
            throws IOException, InterruptedException {
        RawPosts posts = new RawPosts(url, key, CONNECTIONS, () -> body(users.incrementAndGet()));
        posts.perSecond(seconds);
        return posts.perSecond(seconds);
    }

    private static String body(int user) {
        String head = "{\"user_id\":\"accept-%d\",\"org_id\":\"bench\",\"client_id\":\"bench\",\"message\":\""
                .formatted(user);
        return head + "x".repeat(298 - head.length()) + "\"}";
    }
}
