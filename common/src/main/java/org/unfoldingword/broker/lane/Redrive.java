package org.unfoldingword.broker.lane;

import java.util.Locale;

/** What became of the wish to redrive or drop one dead letter. */
public sealed interface Redrive {

    /** Where a dead letter goes in its queue. */
    enum Position {
        /** First of what waits; after what has been taken already. */
        HEAD,
        /** Last. */
        TAIL,
        /** First of what waits, but only if nothing newer of the queue has been taken since it died. */
        UNLESS_NEWER;

        /** As scripts and clients write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** It is back in its queue, or, asked only what would happen, would be; place counted from 1. */
    record Placed(int place) implements Redrive {}

    /** It is no dead letter: unknown, redriven by another, or dropped. */
    record NotDead() implements Redrive {}

    /** Something newer has been taken since. */
    record Overtaken() implements Redrive {}

    /** Its body is no longer there. */
    record Gone() implements Redrive {}

    /** The callback that tells of its failure is being posted right now; try again in a moment. */
    record Busy() implements Redrive {}

    /** A stable word. */
    default String word() {
        return switch (this) {
            case Placed placed -> "redriven";
            case NotDead notDead -> "not_dead";
            case Overtaken overtaken -> "overtaken";
            case Gone gone -> "gone";
            case Busy busy -> "busy";
        };
    }
}
