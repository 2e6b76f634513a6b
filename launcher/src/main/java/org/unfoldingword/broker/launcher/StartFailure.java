package org.unfoldingword.broker.launcher;

/** A start that cannot succeed, for a reason that the operator can mend; the message is the one line they see. */
final class StartFailure extends RuntimeException {

    StartFailure(String line) {
        super(line);
    }

    StartFailure(String line, Throwable cause) {
        super(line, cause);
    }
}
