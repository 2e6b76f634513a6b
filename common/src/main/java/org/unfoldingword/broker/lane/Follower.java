package org.unfoldingword.broker.lane;

import java.io.IOException;
import java.util.List;
import org.unfoldingword.broker.message.MessageId;

/** Somebody who is told what happens to a message, or to all messages of a conversation. Called by one thread at a time. */
public interface Follower {

    /** Why nothing more will come. */
    enum End {
        /** The last entry was told. */
        FINISHED,
        /** There is no such message, or it was erased. */
        UNKNOWN,
        /** The follower could not take what it was told. */
        LEFT
    }

    /**
     * Takes what happened, in order. May block, on a virtual thread: what happens meanwhile is told afterwards.
     *
     * @throws IOException ends the following
     */
    void happened(MessageId id, List<JournalEntry> entries) throws IOException;

    /** Nothing more will come; called once, unless the following was closed before. */
    void over(End end);
}
