package org.unfoldingword.broker.ingest;

import org.unfoldingword.broker.lane.Watching;

/** How a client gets to know what becomes of its message. */
enum AnswerBy {
    /** On its request, which is held. */
    HELD("held", Watching.END),
    /** By callback. Nobody comes to see how the answer came about. */
    CALLBACK("callback", Watching.NOTHING),
    /** It comes for the answer later, and may want to see how that came about. */
    ASYNC("async", Watching.FRAMES),
    /** As a live stream. */
    STREAM("stream", Watching.FRAMES),
    // The same at the worker's own routes, of whose callbacks some tell how the answer comes about.
    CHAT("chat", Watching.END),
    CHAT_STREAM("chat-stream", Watching.FRAMES),
    CHAT_CALLBACK("chat-callback", Watching.NOTHING),
    CHAT_PROGRESS("chat-callback", Watching.FRAMES);

    private final String word;
    private final Watching watching;

    AnswerBy(String word, Watching watching) {
        this.word = word;
        this.watching = watching;
    }

    /** For the meters. */
    String word() {
        return word;
    }

    /** What of the message somebody watches from the start. */
    Watching watching() {
        return watching;
    }
}
