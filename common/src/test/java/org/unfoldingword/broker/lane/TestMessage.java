package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;

/**
 * A message to be accepted: of a user ann of the conversation's org, who comes by the web, wants no callback and watches nothing,
 * unless it says otherwise.
 *
 * @param text its body
 */
public record TestMessage(
        Conversation conversation, String text, Envelope envelope, Optional<IdempotencyKey> key, Watching watching) {

    public static TestMessage to(Conversation conversation, String text) {
        Envelope envelope = LaneFixture.envelope(conversation.org(), "ann", Optional.empty());
        return new TestMessage(conversation, text, envelope, Optional.empty(), Watching.NOTHING);
    }

    public TestMessage with(Envelope other) {
        return new TestMessage(conversation, text, other, key, watching);
    }

    public TestMessage calledBackAt(String url) {
        return with(LaneFixture.envelope(envelope.org(), envelope.user(), Optional.of(url)));
    }

    public TestMessage expiringAt(Instant time) {
        return with(new Envelope(
                envelope.org(),
                envelope.user(),
                envelope.client(),
                Optional.empty(),
                envelope.callbackUrl(),
                Optional.empty(),
                Optional.of(time.toEpochMilli()),
                Optional.empty()));
    }

    public TestMessage under(IdempotencyKey word) {
        return new TestMessage(conversation, text, envelope, Optional.of(word), watching);
    }

    public TestMessage watchedFor(Watching what) {
        return new TestMessage(conversation, text, envelope, key, what);
    }

    /** With an id of its own, the same when it is appended again. */
    public NewMessage in(Lanes lanes) {
        return as(lanes.newId(conversation));
    }

    public NewMessage as(MessageId id) {
        return new NewMessage(id, conversation, envelope, text.getBytes(UTF_8), key, watching);
    }

    public MessageId appendTo(Lanes lanes) {
        NewMessage message = in(lanes);
        lanes.append(message);
        return message.id();
    }
}
