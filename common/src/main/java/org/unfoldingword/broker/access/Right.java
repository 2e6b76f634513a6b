package org.unfoldingword.broker.access;

import java.util.Locale;

/** What a key allows; the words are those of {@code scopes} in the key file. */
public enum Right {
    /** Send messages, and cancel them. */
    SUBMIT,
    /** Read messages, streams and queues. */
    READ,
    /** What a chat gateway administers at the worker for its users: modes, a mode, a group's history. */
    GATEWAY,
    /** All that can be administered at the worker. */
    ADMIN,
    /** The operator API. It shows all orgs, but nothing that anybody said. */
    OPERATE,
    /** With {@link #OPERATE}: also what was said. */
    CONTENT;

    /** The word in {@code scopes}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
