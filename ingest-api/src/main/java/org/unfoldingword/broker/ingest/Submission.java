package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.RawObject;
import org.unfoldingword.broker.message.WorkerCallback;

/**
 * A message as a client wrote it, checked: each fault is a {@link Problem} that names the field.
 *
 * @param body what the worker gets: the client's object without the broker's own fields, the rest byte for byte
 * @param workerCallback what its callbacks need to have the worker's own shape; empty: they have the broker's
 */
record Submission(
        Conversation conversation,
        String org,
        String user,
        String client,
        Optional<String> clientMessageId,
        Optional<String> callbackUrl,
        Optional<JsonNode> metadata,
        Optional<Duration> expiresIn,
        byte[] body,
        Optional<String> signer,
        Optional<WorkerCallback> workerCallback) {

    static final Pattern CLIENT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    static final int NAME_MAX = 256;
    static final int MESSAGE_MAX_BYTES = 1024 * 1024;
    /** Of a broker's field as written, escapes included. */
    static final int TEXT_MAX_BYTES = 16 * 1024;

    private static final int METADATA_MAX_BYTES = 16 * 1024;
    private static final Duration EXPIRY_MAX = Duration.ofDays(30);
    /** Fields that are the broker's, not the worker's. */
    private static final Set<String> OWN = Set.of("callback_url", "client_message_id", "metadata", "expires_in");

    static Submission read(RawObject json, Optional<String> defaultOrg, Optional<String> signer) {
        Optional<String> namedOrg = org(json);
        String org = namedOrg.or(() -> defaultOrg)
                .map(value -> name("org_id", value))
                .orElseThrow(() -> missing("org_id", "the organisation's name"));
        String user = name("user_id", required(json, "user_id"));
        String client = required(json, "client_id");
        check("client_id", client, CLIENT.asMatchPredicate(), CLIENT.pattern());
        content(json);
        Map<String, byte[]> added = new HashMap<>();
        if (namedOrg.isEmpty()) {
            added.put("org", Json.bytes(TextNode.valueOf(org)));
        }
        return new Submission(
                conversation(json, org, user),
                org,
                user,
                client,
                text(json, "client_message_id").map(value -> name("client_message_id", value)),
                text(json, "callback_url"),
                metadata(json),
                expiry(json),
                json.rewrite(OWN, added),
                signer,
                Optional.empty());
    }

    static String name(String field, String value) {
        check(field, value, text -> !text.isBlank(), "not blank");
        check(field, value, text -> text.length() <= NAME_MAX, "at most " + NAME_MAX + " characters");
        check(field, value, text -> text.codePoints().noneMatch(Submission::unprintable), "no control characters");
        return value;
    }

    /** A control character, or half of one: neither is text, and not all who read it later can. */
    static boolean unprintable(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    /** Under either of its names. The worker goes by {@code org} where both are given, so they must not differ. */
    private static Optional<String> org(RawObject json) {
        Optional<String> org = text(json, "org_id");
        Optional<String> alias = text(json, "org");
        org.ifPresent(one -> alias.ifPresent(
                other -> check("org", other, one::equals, "the same as org_id, '" + one + "', or only one of them")));
        return org.or(() -> alias);
    }

    private static Conversation conversation(RawObject json, String org, String user) {
        String type = text(json, "chat_type").orElse("private");
        check("chat_type", type, Set.of("private", "group", "supergroup")::contains, "private, group or supergroup");
        if (type.equals("private")) {
            return Conversation.ofUser(org, user);
        }
        String chat = name("chat_id", required(json, "chat_id"));
        return Conversation.ofGroup(org, chat, text(json, "thread_id").map(thread -> name("thread_id", thread)));
    }

    private static void content(RawObject json) {
        String type = text(json, "message_type").orElse("text");
        check("message_type", type, Set.of("text", "audio")::contains, "text or audio");
        if (json.length("message") > MESSAGE_MAX_BYTES) {
            throw Problem.field("message", json.length("message") + " bytes", "at most " + MESSAGE_MAX_BYTES);
        }
        if (type.equals("audio")) {
            if (json.length("audio_base64") <= 2) {
                throw missing("audio_base64", "the recording, as base64");
            }
            name("audio_format", required(json, "audio_format"));
            return;
        }
        check("message", required(json, "message"), message -> !message.isBlank(), "text that is not blank");
    }

    private static Optional<JsonNode> metadata(RawObject json) {
        int length = json.length("metadata");
        if (length > METADATA_MAX_BYTES) {
            throw Problem.field("metadata", length + " bytes", "at most " + METADATA_MAX_BYTES);
        }
        Optional<JsonNode> metadata = json.get("metadata").filter(value -> !value.isNull());
        metadata.filter(value -> !value.isObject()).ifPresent(value -> {
            throw Problem.field("metadata", value.toString(), "an object");
        });
        metadata.filter(Submission::halved).ifPresent(value -> {
            throw Problem.field("metadata", "half of a character", "whole characters");
        });
        return metadata;
    }

    /** JSON may escape half of a character, which is no text: other readers of it, Redis's scripts among them, fail on it. */
    private static boolean halved(JsonNode value) {
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            if (half(member.getKey()) || halved(member.getValue())) {
                return true;
            }
        }
        for (JsonNode element : value.isArray() ? value : List.<JsonNode>of()) {
            if (halved(element)) {
                return true;
            }
        }
        return value.isTextual() && half(value.textValue());
    }

    private static boolean half(String text) {
        return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    private static Optional<Duration> expiry(RawObject json) {
        Optional<JsonNode> given = json.get("expires_in").filter(value -> !value.isNull());
        if (given.isEmpty()) {
            return Optional.empty();
        }
        JsonNode value = given.get();
        if (!value.isNumber() || value.asDouble() <= 0 || value.asDouble() > EXPIRY_MAX.toSeconds()) {
            throw Problem.field(
                    "expires_in", value.toString(), "seconds, more than 0 and at most " + EXPIRY_MAX.toSeconds());
        }
        return Optional.of(Duration.ofMillis(Math.max(1, Math.round(value.asDouble() * 1000))));
    }

    private static void check(String field, String value, Predicate<String> good, String expected) {
        if (!good.test(value)) {
            throw Problem.field(field, "'" + value + "'", expected);
        }
    }

    private static String required(RawObject json, String field) {
        return text(json, field).orElseThrow(() -> missing(field, "a string"));
    }

    private static Optional<String> text(RawObject json, String field) {
        if (!field.equals("message") && json.length(field) > TEXT_MAX_BYTES) {
            throw Problem.field(field, json.length(field) + " bytes", "at most " + TEXT_MAX_BYTES);
        }
        Optional<JsonNode> value = json.get(field).filter(node -> !node.isNull());
        value.filter(node -> !node.isTextual()).ifPresent(node -> {
            throw Problem.field(field, node.toString(), "a string");
        });
        return value.map(JsonNode::textValue);
    }

    private static Problem missing(String field, String expected) {
        return Problem.field(field, "missing", expected);
    }
}
