package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unfoldingword.broker.message.MessageState;

/** What a verdict comes to: how the entry goes on, and what is written of it. Confined to one thread. */
final class Settlement {

    private static final MessageRecord.Fault UNREADABLE =
            new MessageRecord.Fault("unreadable_message", "what the broker has kept of it cannot be read");

    private final String move;
    private final Verdict.Doubt doubt;
    private final Map<String, byte[]> fields = new LinkedHashMap<>();
    private Duration delay = Duration.ZERO;
    private String counter = "";
    private boolean dead;
    private String callbacks = "";
    private String event = "";
    private String data = "";

    private Settlement(String move, Verdict.Doubt doubt) {
        this.move = move;
        this.doubt = doubt;
    }

    /** All but the reply of an answered message. */
    static Settlement of(Claim claim, Verdict verdict, boolean told) {
        return switch (verdict) {
            case Verdict.Answered answered -> answered(claim, told);
            case Verdict.Ended ended ->
                ended(
                        ended,
                        doubt(ended.doubt(), claim),
                        Keyspace.callbackQueue(claim.lease().queue(), claim.envelope()));
            case Verdict.Delivered delivered -> {
                Settlement done = new Settlement("done", Verdict.Doubt.UNCHANGED);
                done.counter = "delivered";
                done.set("callback_state", "delivered");
                yield done;
            }
            case Verdict.Undeliverable undeliverable -> undeliverable(undeliverable);
            case Verdict.Later later -> later(later, claim);
            case Verdict.Back back -> {
                Settlement again = new Settlement("back", doubt(back.doubt(), claim));
                again.delay = back.delay();
                if (claim.lease().lane() == Lane.MESSAGES) {
                    again.event = JournalEntry.QUEUED;
                    again.data = "1";
                    again.set("state", MessageState.QUEUED);
                }
                yield again;
            }
        };
    }

    static Settlement of(ClaimEntries.Unreadable entry) {
        return switch (entry.lane()) {
            case MESSAGES ->
                ended(
                        new Verdict.Ended(MessageState.FAILED, UNREADABLE, Verdict.Doubt.UNCHANGED),
                        Verdict.Doubt.UNCHANGED,
                        entry.envelope()
                                .map(envelope -> Keyspace.callbackQueue(entry.queue(), envelope))
                                .orElse(""));
            case CALLBACKS -> undeliverable(new Verdict.Undeliverable(UNREADABLE.message()));
        };
    }

    /** Where nothing was in doubt, there is nothing to clear. */
    private static Verdict.Doubt doubt(Verdict.Doubt now, Claim claim) {
        return now == Verdict.Doubt.CLEARED && !claim.doubtful() ? Verdict.Doubt.UNCHANGED : now;
    }

    private static Settlement answered(Claim claim, boolean told) {
        Settlement done = new Settlement("done", doubt(Verdict.Doubt.CLEARED, claim));
        done.counter = "completed";
        done.callbacks = Keyspace.callbackQueue(claim.lease().queue(), claim.envelope());
        done.event = JournalEntry.DONE;
        done.data = told ? "" : JournalEntry.UNTOLD;
        done.set("state", MessageState.COMPLETED);
        return done;
    }

    private static Settlement ended(Verdict.Ended ended, Verdict.Doubt doubt, String callbacks) {
        Settlement done = new Settlement("done", doubt);
        done.counter = ended.state().toString();
        done.dead = ended.state() == MessageState.FAILED;
        done.callbacks = callbacks;
        done.event = JournalEntry.ERROR;
        done.data = JournalEntry.dataOf(ended.fault());
        done.set("state", ended.state());
        done.set("error_code", ended.fault().code());
        done.set("error", ended.fault().message());
        ended.fault().worker().ifPresent(said -> {
            done.set("worker_status", said.status());
            done.set("worker_text", said.text());
            done.set("worker_body", said.body());
        });
        return done;
    }

    private static Settlement undeliverable(Verdict.Undeliverable undeliverable) {
        Settlement done = new Settlement("done", Verdict.Doubt.UNCHANGED);
        done.counter = "undelivered";
        done.dead = true;
        done.set("callback_state", "dead");
        done.set("callback_error", undeliverable.reason());
        done.set("callback_answer", undeliverable.said());
        done.data = undeliverable.reason();
        return done;
    }

    private static Settlement later(Verdict.Later later, Claim claim) {
        Settlement again = new Settlement("retry", doubt(later.doubt(), claim));
        again.delay = later.delay();
        again.event = JournalEntry.RETRYING;
        again.data = later.reason();
        if (claim.lease().lane() == Lane.MESSAGES) {
            again.set("state", MessageState.RETRYING);
            again.set("failures", claim.record().failures() + (later.counted() ? 1 : 0));
        } else {
            again.set("callback_error", later.reason());
            again.set("callback_answer", later.said());
        }
        return again;
    }

    void set(String field, Object value) {
        put(field, value.toString().getBytes(UTF_8));
    }

    void put(String field, byte[] value) {
        fields.put(field, value);
    }

    /** In the order of {@code settle.lua}, after those that name what is held. */
    Arguments addTo(Arguments held, LaneProperties properties) {
        held.add(move)
                .add(delay)
                .add(properties.retention())
                .add(properties.deadLetterRetention())
                .add(doubt.argument(properties.doubt()))
                .add(counter)
                .add(dead)
                .add(callbacks)
                .add(event)
                .add(data)
                .add(properties.journalRetention());
        fields.forEach((name, value) -> held.add(name).add(value));
        return held;
    }
}
