package org.unfoldingword.broker.benchmark;

import java.io.IOException;

/** Live streams at one ingest instance, half of them POSTs that ask for one, half GETs of a message that was accepted before. */
final class Streams implements Scenario {

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        new OpenRequests(bench, "streams", "streams open at once").measure(new OpenRequests.Client() {
            @Override
            public void open(RawConnection connection, String user, boolean posts) throws IOException {
                String message = OpenRequests.message(user);
                if (posts) {
                    connection.post("/api/v1/message", "Accept: text/event-stream", message);
                } else {
                    connection.post("/api/v1/message", "Prefer: respond-async", message);
                    connection.get("/api/v1/stream?user_id=" + user + "&message_id="
                            + connection.answer().messageId());
                }
                // Once it says where the message stands, the stream is open.
                connection.head();
                connection.event();
            }

            @Override
            public boolean awaitOwn(RawConnection connection) throws IOException {
                boolean answered = false;
                RawConnection.Event event = connection.event();
                for (; !event.name().equals("done") && !event.name().equals("error"); event = connection.event()) {
                    answered |= event.data().contains("\"ok\"");
                }
                return answered && event.name().equals("done");
            }
        });
    }
}
