package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * {@code erase.lua}: takes away all that is kept of a user: their own conversation, and what they sent in groups of the org.
 * Records are not indexed by user, so this goes through all records; it is for the rare day on which a user asks to be forgotten.
 */
final class EraseUser {

    private static final Script SCRIPT = Script.load("erase");

    private final Lanes lanes;

    EraseUser(Lanes lanes) {
        this.lanes = lanes;
    }

    /** @param dryRun only tells what would happen */
    Erased run(String org, String user, boolean dryRun) {
        return new Erasure(org, user, dryRun).run();
    }

    private static Map<Integer, List<MessageId>> byPartition(List<String> keys) {
        Map<Integer, List<MessageId>> ids = new TreeMap<>();
        for (String key : keys) {
            OptionalInt partition = Keyspace.partitionOf(key);
            MessageId.parse(key.substring(key.lastIndexOf(':') + 1))
                    .filter(id -> partition.orElse(-1) == id.partition())
                    .ifPresent(id -> ids.computeIfAbsent(id.partition(), any -> new ArrayList<>())
                            .add(id));
        }
        return ids;
    }

    private final class Erasure {
        private final String org;
        private final String user;
        private final boolean dryRun;
        private final Conversation own;
        /** What the names of the org's group conversations begin with. */
        private final String groups;

        private final Set<String> erased = new HashSet<>();
        private long ended;
        private long waiting;
        private long running;
        private long marks;

        Erasure(String org, String user, boolean dryRun) {
            this.org = org;
            this.user = user;
            this.dryRun = dryRun;
            this.own = Conversation.ofUser(org, user);
            this.groups = "group:" + Conversation.escape(org) + ":";
        }

        Erased run() {
            lanes.redis()
                    .scan("broker:{p*}:message:*", keys -> byPartition(keys).forEach(this::eraseMessages));
            lanes.redis().scan("broker:{p*}:seen:" + groups + "*", this::forgetKeysOfErased);
            forgetMarks();
            return new Erased(ended, waiting, running, marks);
        }

        private void eraseMessages(int partition, List<MessageId> ids) {
            Arguments arguments = new Arguments()
                    .add(own.name())
                    .add(groups)
                    .add(org)
                    .add(user)
                    .add(lanes.properties().doubt())
                    .add(dryRun);
            ids.forEach(arguments::add);
            Answer answer = lanes.redis().run(SCRIPT, lanes.keyspace().both(Lane.MESSAGES, partition), arguments);
            for (int i = 0; i < answer.size(); i++) {
                count(ids.get(i), answer.text(i));
            }
        }

        private void count(MessageId id, String outcome) {
            switch (outcome) {
                case "ended" -> ended++;
                case "waiting" -> waiting++;
                case "running" -> running++;
                default -> {
                    return;
                }
            }
            erased.add(id.toString());
        }

        /** Idempotency keys in groups: those that name a message that was erased. */
        private void forgetKeysOfErased(List<String> keys) {
            for (String key : keys) {
                byte[] value = lanes.redis().call(commands -> commands.get(key));
                if (value != null && erased.contains(new String(value, UTF_8).split(" ", 2)[0])) {
                    delete(key);
                }
            }
        }

        /** What is left in the name of the user's own conversation, but for the doubt about a call that was under way. */
        private void forgetMarks() {
            String prefix = Keyspace.prefix(lanes.keyspace().partition(own));
            for (String kind :
                    List.of("seen:", "turns:", "awaited:", "ran:messages:", "ran:callbacks:", "doubt:callbacks:")) {
                lanes.redis().scan(prefix + kind + own.name() + "*", keys -> keys.stream()
                        .filter(key -> isOwn(key.substring(prefix.length() + kind.length())))
                        .forEach(this::delete));
            }
            if (running == 0) {
                delete(prefix + "doubt:messages:" + own.name());
            }
            if (!dryRun && new PauseLane(lanes).resume(new Scope.One(own))) {
                marks++;
            }
        }

        private boolean isOwn(String rest) {
            return rest.equals(own.name()) || rest.startsWith(own.name() + ":");
        }

        private void delete(String key) {
            marks += lanes.redis().call(commands -> dryRun ? commands.exists(key) : commands.del(key));
        }
    }
}
