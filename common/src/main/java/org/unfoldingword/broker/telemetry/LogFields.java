package org.unfoldingword.broker.telemetry;

/** Names of the fields that log lines carry beside their words, the same in every line. */
public final class LogFields {

    /** The message a line is about; set for all that is logged while a message is worked on. */
    public static final String MESSAGE_ID = "message_id";

    private LogFields() {}
}
