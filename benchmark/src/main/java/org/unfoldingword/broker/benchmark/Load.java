package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A load test against a running broker: sends by a plan, and sees whether every answer comes, once and in order. */
final class Load {

    private final LoadPlan plan;
    private final LoadTally tally = new LoadTally();
    /** Part of every user's name, so that a run meets no queue or key of an earlier one. */
    private final String run;

    Load(LoadPlan plan, String run) {
        this.plan = plan;
        this.run = run;
    }

    /**
     * @param receiver takes the callbacks of an async run
     * @param callbackUrl its address as the broker sees it
     * @throws IOException before anything is sent, if nothing answers at the broker's address
     */
    void run(CallbackReceiver receiver, String callbackUrl, Report report, Progress progress)
            throws IOException, InterruptedException {
        receiver.onCallback(this::calledBack);
        Optional<String> callback = plan.mode() == LoadPlan.Mode.ASYNC ? Optional.of(callbackUrl) : Optional.empty();
        try (LoadClient client = new LoadClient(plan, tally, callback)) {
            client.reach();
            long startNanos = System.nanoTime();
            sendAll(client, startNanos, progress);
            tally.tell(plan, (System.nanoTime() - startNanos) / 1e9, report);
        }
    }

    private void sendAll(LoadClient client, long startNanos, Progress progress) throws InterruptedException {
        try (InParallel users = new InParallel();
                Progress.Bar bar = progress.bar("load", plan.all(), tally::ended, this::detail)) {
            for (int user = 0; user < plan.users(); user++) {
                int index = user;
                users.start(() -> {
                    send(client, index, startNanos);
                    return index;
                });
            }
            users.join();
            awaitAnswers();
        }
    }

    private void send(LoadClient client, int user, long startNanos) throws InterruptedException {
        for (int number = 1; number <= plan.each(); number++) {
            LoadMessage message = new LoadMessage(run + "-" + user, number);
            Optional<Long> due = plan.dueAfter(user, number).map(after -> startNanos + after.toNanos());
            if (due.isPresent() && due.get() > System.nanoTime()) {
                Thread.sleep(Duration.ofNanos(due.get() - System.nanoTime()));
            }
            tally.due(message, due.orElseGet(System::nanoTime));
            client.send(message);
        }
    }

    /** Until all that was accepted has ended, or nothing has moved for as long as the patience. */
    private void awaitAnswers() throws InterruptedException {
        int seen = -1;
        while (tally.ended() < tally.acceptedSoFar() && tally.ended() != seen) {
            seen = tally.ended();
            int before = seen;
            InParallel.await((int) Math.max(1, plan.patience().toSeconds()), () -> tally.ended() != before);
        }
    }

    private void calledBack(JsonNode callback) {
        LoadMessage message = new LoadMessage(
                callback.path("user_id").asText(),
                callback.path("metadata").path("number").asInt());
        if (!message.user().startsWith(run + "-")) {
            return;
        }
        if (callback.path("status").asText().equals("completed")) {
            tally.answered(message, System.nanoTime());
        } else {
            tally.failed(message, callback.path("error_code").asText());
        }
    }

    private String detail() {
        return tally.acceptedSoFar() + " accepted";
    }
}
