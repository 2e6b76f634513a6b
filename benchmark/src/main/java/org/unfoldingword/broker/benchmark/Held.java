package org.unfoldingword.broker.benchmark;

import java.io.IOException;

/** Requests held at one ingest instance, half of them POSTs, half GETs with a wait. */
final class Held implements Scenario {

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        new OpenRequests(bench, "held", "requests held at once").measure(new OpenRequests.Client() {
            @Override
            public void open(RawConnection connection, String user, boolean posts) throws IOException {
                connection.post(
                        "/api/v1/message",
                        "Prefer: " + (posts ? "wait=900" : "respond-async"),
                        OpenRequests.message(user));
                if (!posts) {
                    connection.get("/api/v1/message/" + connection.answer().messageId() + "?wait=900");
                }
            }

            @Override
            public boolean awaitOwn(RawConnection connection) throws IOException {
                RawConnection.Answer answer = connection.answer();
                return answer.status() == 200 && answer.body().contains("\"ok\"");
            }
        });
    }
}
