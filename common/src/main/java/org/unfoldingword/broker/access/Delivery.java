package org.unfoldingword.broker.access;

import java.util.Locale;

/** How an answer reaches a client whose request does not say: no callback, no {@code Prefer}, no {@code Accept} of a stream. */
public enum Delivery {
    /** The request is held until the answer is there. */
    SYNC,
    /** The request is answered at once; the client reads or streams the answer later. */
    ASYNC;

    /** The word in the key file. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
