package org.unfoldingword.broker.lane;

/** The two sets of ordered queues: the same engine with two handlers. */
public enum Lane {
    /** One queue per conversation; handled by calling the worker. Its groups, for fairness, are orgs. */
    MESSAGES("messages"),
    /** One queue per conversation and endpoint; handled by posting the callback. Its groups are endpoints. */
    CALLBACKS("callbacks");

    private final String word;

    Lane(String word) {
        this.word = word;
    }

    /** The word in keys, scripts and settings. */
    public String word() {
        return word;
    }

    /** Who shares turns: what {@code group_of} in {@code engine.lua} says of a queue's name. */
    String groupOf(String queue) {
        return switch (this) {
            case MESSAGES -> queue.split(":", 3)[1];
            case CALLBACKS -> queue.substring(queue.lastIndexOf(':') + 1);
        };
    }

    Lane other() {
        return this == MESSAGES ? CALLBACKS : MESSAGES;
    }
}
