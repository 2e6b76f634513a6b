package org.unfoldingword.broker.ingest;

import java.io.IOException;
import java.io.OutputStream;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.message.MessageId;

/** How one stream of server-sent events says what happens. Knows what it has said; not safe for threads. */
sealed interface Dialect permits BrokerDialect, WorkerDialect {

    /** Writes what an entry is in this dialect: an event, several, or none. */
    void say(MessageId id, JournalEntry entry, OutputStream out) throws IOException;

    /** A sign of life, which says nothing. */
    byte[] keepAlive();
}
