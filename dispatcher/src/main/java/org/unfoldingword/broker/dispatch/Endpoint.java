package org.unfoldingword.broker.dispatch;

/** The worker's two ways to run a turn while the caller waits. */
enum Endpoint {
    /** Streams what it does, with a keepalive and a guaranteed end; silently queues while the conversation is busy. */
    STREAM("/api/v1/chat/stream"),
    /** Is silent until it answers; refuses with 429 while the conversation is busy. */
    CHAT("/api/v1/chat");

    private final String path;

    Endpoint(String path) {
        this.path = path;
    }

    String path() {
        return path;
    }
}
