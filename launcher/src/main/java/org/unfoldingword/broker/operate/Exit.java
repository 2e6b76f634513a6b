package org.unfoldingword.broker.operate;

/** The exit statuses of all commands; scripts depend on them. */
enum Exit {
    /** Done, and nothing is wrong. */
    OK(0),
    /** The broker refused it, or what was looked at is not as it should be. */
    FOUND(1),
    /** A wrong command line. */
    USAGE(2),
    /** The broker, or its Redis, cannot be reached. */
    UNREACHABLE(3),
    /** No key, an unknown one, or one without the right. */
    FORBIDDEN(4);

    /** For the help of each command. */
    static final String LINE =
            "Exit status: 0 done, 1 refused or something is wrong, 2 wrong usage, 3 unreachable, 4 key missing or not"
                    + " allowed.";

    private final int status;

    Exit(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}
