package org.unfoldingword.broker.ingest;

/** The worker's three chat routes. */
enum Transport {
    /** Answers when the turn is over. */
    FINAL("/api/v1/chat"),
    /** Tells of the turn as it goes, in server-sent events. */
    STREAM("/api/v1/chat/stream"),
    /** Answers at once, and posts what happens to the client's URL. */
    CALLBACK("/api/v1/chat/callback");

    private final String path;

    Transport(String path) {
        this.path = path;
    }

    String path() {
        return path;
    }
}
