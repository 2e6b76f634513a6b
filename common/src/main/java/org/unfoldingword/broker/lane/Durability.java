package org.unfoldingword.broker.lane;

/** What an acknowledgement promises: where a message, or its outcome, is written before anybody is told so. */
public enum Durability {
    /** In the master, with its append-only file. What its last moment had written may be lost if the master's machine dies. */
    LOCAL,
    /** In the master and in one replica at least, by {@code WAIT}: survives the master. */
    REPLICATED
}
