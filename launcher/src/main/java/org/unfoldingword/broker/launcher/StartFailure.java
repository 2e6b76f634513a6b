package org.unfoldingword.broker.launcher;

import org.jspecify.annotations.Nullable;

/** A start that cannot succeed, for a reason that the operator can mend; the message is the one line they see. */
final class StartFailure extends RuntimeException {

    StartFailure(String line) {
        this(line, null);
    }

    StartFailure(String line, @Nullable Throwable cause) {
        super(line, cause);
    }
}
