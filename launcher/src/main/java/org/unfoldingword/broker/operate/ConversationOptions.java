package org.unfoldingword.broker.operate;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.message.Conversation;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names a conversation: by its name, or by org and user or chat. */
final class ConversationOptions {

    @Parameters(
            arity = "0..1",
            paramLabel = "CONVERSATION",
            description = "Such as user:acme:ann or group:acme:chat-7, as the lists show it; or acme/ann.")
    private @Nullable String name;

    @Option(names = "--org", paramLabel = "ORG", description = "The org, as clients write it.")
    private @Nullable String org;

    @Option(names = "--user", paramLabel = "USER", description = "The user in that org.")
    private @Nullable String user;

    @Option(names = "--chat", paramLabel = "CHAT", description = "Or the group chat in that org.")
    private @Nullable String chat;

    @Option(names = "--thread", paramLabel = "THREAD", description = "And its thread.")
    private @Nullable String thread;

    /** The org alone, if nothing else was given. */
    Optional<String> orgAlone() {
        return name == null && user == null && chat == null ? Optional.ofNullable(org) : Optional.empty();
    }

    /** The word that was given as a name, whatever it is. */
    Optional<String> word() {
        return Optional.ofNullable(name);
    }

    /** The conversation's name; empty if none was given. */
    Optional<String> conversation() {
        if (name != null) {
            String[] parts = name.split("/", 2);
            return Optional.of(
                    parts.length == 2 && !name.contains(":")
                            ? Conversation.ofUser(parts[0], parts[1]).name()
                            : name);
        }
        if (org != null && user != null) {
            return Optional.of(Conversation.ofUser(org, user).name());
        }
        if (org != null && chat != null) {
            return Optional.of(
                    Conversation.ofGroup(org, chat, Optional.ofNullable(thread)).name());
        }
        return Optional.empty();
    }
}
