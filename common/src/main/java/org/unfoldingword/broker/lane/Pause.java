package org.unfoldingword.broker.lane;

import java.time.Instant;
import org.unfoldingword.broker.message.Conversation;

/**
 * A pause in force.
 *
 * @param who the key that asked for it
 * @param why in the words of whoever asked; may be empty
 */
public record Pause(Scope scope, Instant since, String who, String why) {

    static Pause of(String scope, String mark) {
        String[] words = mark.split(" ", 3);
        return new Pause(
                Scope.of(scope),
                Instant.ofEpochMilli(Long.parseLong(words[0])),
                Conversation.unescape(words[1]),
                words[2]);
    }
}
