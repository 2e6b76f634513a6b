package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.Optional;
import org.unfoldingword.broker.message.MessageId;

/** A message that failed, or a callback that could not be delivered, kept until it is redriven, dropped or too old. */
public record DeadLetter(Lane lane, MessageId id, Instant diedAt, MessageRecord record) {

    /**
     * Which dead letters are asked for.
     *
     * @param newestFirst else the oldest come first
     * @param part what the conversation's name contains, escaped; empty for any
     * @param code the error's code; empty for any. Callbacks have their message's.
     * @param org the organisation, as clients write it; empty for any
     * @param until those that were dead by then; empty for all
     */
    public record Filter(boolean newestFirst, String part, String code, String org, Optional<Instant> until) {

        /** The same, of those that were dead by then. */
        public Filter diedBy(Instant then) {
            return new Filter(newestFirst, part, code, org, Optional.of(then));
        }

        /** The same, the newest first. */
        public Filter newest() {
            return new Filter(/* newestFirst= */ true, part, code, org, until);
        }
    }
}
