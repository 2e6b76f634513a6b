package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Place;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.RawObject;

/** What an operator's request says, read and checked: query parameters, and the members of a small JSON body. */
final class OperatorRequest {

    static final int LIMIT_MAX = 500;

    private static final int LIMIT_DEFAULT = 50;
    private static final int BODY_MAX = 256 * 1024;
    /** A name may be given as the lists show it, with its escapes. */
    private static final Pattern UNESCAPED = Pattern.compile("[^:%]+");

    private OperatorRequest() {}

    /** Who asks, for the record of an action. */
    static String who(HttpServletRequest request) {
        return Caller.of(request).id();
    }

    static Lane lane(Optional<String> word) {
        String given = word.orElse(Lane.MESSAGES.word());
        for (Lane lane : Lane.values()) {
            if (lane.word().equals(given)) {
                return lane;
            }
        }
        throw Problem.field("lane", given, "messages or callbacks");
    }

    static Optional<Place> cursor(Optional<String> cursor) {
        return cursor.filter(text -> !text.isEmpty()).map(text -> Place.parse(text)
                .orElseThrow(() -> Problem.field("cursor", text, "the next_cursor of a page before")));
    }

    /** Part of a conversation's name as operators write it: escaped as names are, but for what stands between their parts. */
    static String search(Optional<String> text) {
        return UNESCAPED
                .matcher(text.orElse(""))
                .replaceAll(part -> Matcher.quoteReplacement(Conversation.escape(part.group())));
    }

    static int limit(Optional<Integer> limit) {
        int given = limit.orElse(LIMIT_DEFAULT);
        if (given < 1 || given > LIMIT_MAX) {
            throw Problem.field("limit", Integer.toString(given), "1 to " + LIMIT_MAX);
        }
        return given;
    }

    static Duration seconds(String field, Optional<Long> seconds) {
        long given = seconds.orElse(0L);
        if (given < 0 || given > Duration.ofDays(365).toSeconds()) {
            throw Problem.field(field, Long.toString(given), "seconds, from 0 to a year");
        }
        return Duration.ofSeconds(given);
    }

    static Conversation conversation(String name) {
        return Conversation.parse(name)
                .orElseThrow(() -> Problem.field(
                        "conversation", name, "user:<org>:<user>, group:<org>:<chat> or group:<org>:<chat>:<thread>"));
    }

    static MessageId messageId(String text) {
        return MessageId.parse(text).orElseThrow(Visible::unknown);
    }

    /** A value of an enum by its word in lower case. */
    static <E extends Enum<E>> E word(String field, Optional<String> word, E[] values, E otherwise) {
        if (word.isEmpty() || word.get().isEmpty()) {
            return otherwise;
        }
        List<String> words = new ArrayList<>();
        for (E value : values) {
            String own = value.name().toLowerCase(Locale.ROOT);
            if (own.equals(word.get())) {
                return value;
            }
            words.add(own);
        }
        throw Problem.field(field, word.get(), String.join(", ", words));
    }

    /** The body of a request that changes something. */
    record Body(RawObject object) {

        static Body of(HttpServletRequest request) throws IOException {
            try (BodyReader.Body body = BodyReader.of(request).read(request, BODY_MAX)) {
                return new Body(body.object());
            }
        }

        /** Tells what would happen, and changes nothing. */
        boolean dryRun() {
            return flag("dry_run");
        }

        boolean flag(String field) {
            Optional<JsonNode> value = object.get(field);
            if (value.isPresent() && !value.get().isBoolean()) {
                throw Problem.field(field, value.get().toString(), "true or false");
            }
            return value.map(JsonNode::booleanValue).orElse(false);
        }

        Optional<String> text(String field) {
            Optional<JsonNode> value = object.get(field).filter(given -> !given.isNull());
            if (value.isPresent() && !value.get().isTextual()) {
                throw Problem.field(field, value.get().toString(), "text");
            }
            return value.map(JsonNode::textValue);
        }

        String required(String field) {
            return text(field)
                    .filter(given -> !given.isBlank())
                    .orElseThrow(() -> Problem.field(field, "missing", "a text that is not blank"));
        }

        /** The ids under {@code message_ids}; empty if there is no such member. */
        Optional<List<MessageId>> messageIds() {
            return object.get("message_ids").map(given -> {
                if (!given.isArray() || given.isEmpty() || given.size() > LIMIT_MAX) {
                    throw Problem.field("message_ids", given.getNodeType().toString(), "1 to " + LIMIT_MAX + " ids");
                }
                List<MessageId> ids = new ArrayList<>();
                given.forEach(id -> ids.add(MessageId.parse(id.asText())
                        .orElseThrow(() -> Problem.field("message_ids", id.asText(), "ids that this broker gave"))));
                return ids;
            });
        }
    }
}
