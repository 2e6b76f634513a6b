package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.Conversation;

/** What a pause stops. */
public sealed interface Scope {

    /** One conversation. */
    record One(Conversation conversation) implements Scope {}

    /** All conversations of an organisation, also those that are not there yet. */
    record Org(String org) implements Scope {}

    /** All conversations. */
    record All() implements Scope {}

    /** As scripts and operators read it: a conversation's name, {@code @} and the escaped org, or {@code *}. */
    default String word() {
        return switch (this) {
            case One one -> one.conversation().name();
            case Org org -> "@" + Conversation.escape(org.org());
            case All all -> "*";
        };
    }

    /** Undoes {@link #word()}. */
    static Scope of(String word) {
        return switch (word.charAt(0)) {
            case '*' -> new All();
            case '@' -> new Org(Conversation.unescape(word.substring(1)));
            default -> new One(new Conversation(word));
        };
    }
}
