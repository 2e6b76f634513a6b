package org.unfoldingword.broker.operate;

/** A command that could not do its work: one line for people, an exit status for scripts. */
public final class CommandFailure extends RuntimeException {

    private final Exit exit;

    CommandFailure(Exit exit, String line) {
        super(line, null, false, false);
        this.exit = exit;
    }

    /** What the process ends with. */
    public int status() {
        return exit.status();
    }

    /** What is wrong, in one line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
