package org.unfoldingword.broker.ingest;

import static org.unfoldingword.broker.ingest.Refusal.refuseIf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.unfoldingword.broker.lane.IdempotencyKey;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.WorkerCallback;

/**
 * A request to one of the worker's chat routes, checked as the worker's edge does: in its order and with its words. What the worker
 * finds out only in the turn (a blank text, a format that it cannot hear) is left to it, and comes back in its place in the
 * conversation.
 */
final class ChatRequest {

    /** Fields that are valid for callbacks only; the two other routes refuse their mere presence. */
    private static final List<String> CALLBACK_FIELDS =
            List.of("progress_callback_url", "progress_mode", "progress_throttle_seconds", "message_key");

    private static final Set<String> ECHOED = Set.of("user_id", "message_key", "chat_id", "thread_id");
    private static final Set<String> CHAT_TYPES = Set.of("private", "group", "supergroup");
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2}");
    private static final double THROTTLE_SECONDS = 5;
    private static final double THROTTLE_SECONDS_MIN = 1;
    private static final double THROTTLE_SECONDS_MAX = 3600;

    private final ChatFields fields;
    private final Transport transport;
    private final Caller caller;

    private ChatRequest(BodyReader.Body body, Transport transport, Caller caller) {
        this.fields = new ChatFields(body.object());
        this.transport = transport;
        this.caller = caller;
    }

    /** @throws Refusal 400 with the worker's words, 403 for what the key may not name, or cannot be called back with */
    static AcceptMessage.Offer read(BodyReader.Body body, Transport transport, Caller caller, String traceparent) {
        Submission submission = new ChatRequest(body, transport, caller).checked();
        return new AcceptMessage.Offer(submission, key(submission, body.bytes()), traceparent);
    }

    private Submission checked() {
        core();
        if (transport == Transport.CALLBACK) {
            require("progress_callback_url");
            require("message_key");
        } else {
            CALLBACK_FIELDS.forEach(this::forbid);
        }
        language();
        Submission submission = submission();
        if (!caller.account().orgs().include(submission.org())
                || !caller.account().clients().include(submission.client())) {
            throw Refusal.bare(403, "The key may not name this org or client_id");
        }
        if (transport == Transport.CALLBACK && caller.account().callbackTokens().isEmpty()) {
            // Accepted, its answer could never be told.
            throw Refusal.bare(403, "The key has neither a callback_token nor a key in clear to call back with");
        }
        return submission;
    }

    private void core() {
        refuseIf(!fields.truthy("user_id"), "user_id is required");
        refuseIf(!fields.truthy("client_id"), "client_id is required");
        refuseIf(
                fields.json().has("is_admin"), "is_admin is not a valid field; admin origin is derived from client_id");
        if (fields.truthy("chat_type")) {
            String type = fields.text("chat_type");
            refuseIf(
                    !CHAT_TYPES.contains(type),
                    "Invalid chat_type: " + Problem.printable(type) + ". Must be one of: private, group, supergroup");
        }
        refuseIf(isGroup() && !fields.truthy("chat_id"), "chat_id is required for group/supergroup chats");
    }

    private void require(String field) {
        refuseIf(!fields.truthy(field), field + " is required on " + transport.path());
    }

    private void forbid(String field) {
        refuseIf(
                fields.json().has(field),
                field + " is not valid on " + transport.path() + " — use " + Transport.CALLBACK.path());
    }

    private void language() {
        Optional<JsonNode> hint = fields.read("response_language_hint");
        boolean good = hint.isEmpty()
                || hint.get().isTextual()
                        && LANGUAGE.matcher(hint.get().textValue()).matches();
        refuseIf(!good, "response_language_hint must be a valid ISO 639-1 language code (2 lowercase letters)");
    }

    private Submission submission() {
        String org = fields.given("org")
                .or(() -> fields.given("org_id"))
                .or(caller::defaultOrg)
                .orElseThrow(() -> Refusal.bare(400, "org is required"));
        String user = ChatFields.name("user_id", fields.text("user_id"));
        String client = fields.text("client_id");
        refuseIf(!Submission.CLIENT.matcher(client).matches(), "client_id must match " + Submission.CLIENT);
        Map<String, byte[]> added = new HashMap<>();
        if (fields.given("org").isEmpty() && fields.given("org_id").isEmpty()) {
            added.put("org", Json.bytes(TextNode.valueOf(org)));
        }
        boolean calledBack = transport == Transport.CALLBACK;
        // Whatever the type of the chat: callbacks repeat them.
        Optional<String> chat = fields.named("chat_id");
        Optional<String> thread = fields.named("thread_id");
        refuseIf(
                fields.json().length("message") > Submission.MESSAGE_MAX_BYTES,
                "message must have at most " + Submission.MESSAGE_MAX_BYTES + " bytes as written");
        return new Submission(
                isGroup()
                        ? Conversation.ofGroup(ChatFields.name("org", org), chat.orElseThrow(), thread)
                        : Conversation.ofUser(ChatFields.name("org", org), user),
                org,
                user,
                client,
                calledBack ? Optional.of(ChatFields.name("message_key", fields.text("message_key"))) : Optional.empty(),
                calledBack ? Optional.of(fields.text("progress_callback_url")) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                fields.json().rewrite(Set.copyOf(CALLBACK_FIELDS), added),
                /* signer= */ Optional.empty(),
                calledBack ? Optional.of(callback()) : Optional.empty());
    }

    private WorkerCallback callback() {
        ObjectNode echo = Json.object();
        for (String name : fields.json().names()) {
            if (ECHOED.contains(name) && fields.truthy(name)) {
                fields.json().get(name).ifPresent(value -> echo.set(name, value));
            }
        }
        return new WorkerCallback(
                mode(),
                throttleMillis(),
                caller.id(),
                Optional.of(caller.shown().text()),
                echo);
    }

    private WorkerCallback.Mode mode() {
        return switch (fields.read("progress_mode").map(JsonNode::asText).orElse("")) {
            case "complete" -> WorkerCallback.Mode.COMPLETE;
            case "periodic" -> WorkerCallback.Mode.PERIODIC;
            case "sentence" -> WorkerCallback.Mode.SENTENCE;
            // The worker's default. It refuses no other word either.
            default -> WorkerCallback.Mode.ITERATION;
        };
    }

    private long throttleMillis() {
        double seconds = fields.read("progress_throttle_seconds")
                .filter(JsonNode::isNumber)
                .map(JsonNode::asDouble)
                .orElse(THROTTLE_SECONDS);
        return Math.round(1000 * Math.clamp(seconds, THROTTLE_SECONDS_MIN, THROTTLE_SECONDS_MAX));
    }

    /**
     * Signal's key is a time of the sender's, so it names a message only together with the sender; and one Signal message with
     * several recordings is several requests under one key, so the whole request belongs to the name. What is repeated, by Meta
     * above all, is repeated to the byte.
     */
    private static Optional<IdempotencyKey> key(Submission submission, byte[] body) {
        return submission.clientMessageId().map(name -> IdempotencyKey.of(submission.client(), name, body)
                .ofThisRequest());
    }

    private boolean isGroup() {
        return fields.truthy("chat_type") && !fields.text("chat_type").equals("private");
    }
}
