package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageState;

/** {@code settle.lua}: turns a verdict into the one atomic step that ends an attempt. */
final class SettleEntry {

    private static final Script SCRIPT = Script.loadGrouped("settle", "ending");
    private static final MessageRecord.Fault UNREADABLE =
            new MessageRecord.Fault("unreadable_message", "what the broker has kept of it cannot be read");

    private final GroupedScript settle;
    private final Keyspace keyspace;
    private final Chunks chunks;
    private final LaneProperties properties;

    SettleEntry(Redis redis, Keyspace keyspace, Chunks chunks, LaneProperties properties) {
        this.settle = new GroupedScript(redis, SCRIPT, keyspace.partitions());
        this.keyspace = keyspace;
        this.chunks = chunks;
        this.properties = properties;
    }

    /**
     * False if the lease was lost: nothing was changed. Safe to repeat with the same verdict.
     *
     * @param told the journal has all that the worker said, the answer included
     */
    boolean run(Claim claim, Verdict verdict, boolean told) {
        Lease lease = claim.lease();
        Step step = step(claim, verdict, told);
        Arguments arguments = new Arguments()
                .add(lease.lane().word())
                .add(lease.queue())
                .add(lease.entry())
                .add(lease.token())
                .add(lease.id());
        return settle(lease.lane(), lease.id().partition(), arguments, step, doubt(claim, step));
    }

    /** Likewise; the end of what cannot be read is no matter of opinion. */
    boolean run(ClaimEntries.Unreadable held) {
        Arguments arguments = new Arguments()
                .add(held.lane().word())
                .add(held.queue())
                .add(held.entry())
                .add(held.token())
                .add(held.id());
        Step step =
                switch (held.lane()) {
                    case MESSAGES ->
                        ended(
                                new Verdict.Ended(MessageState.FAILED, UNREADABLE, Verdict.Doubt.UNCHANGED),
                                held.envelope()
                                        .map(envelope -> callbackQueue(held.queue(), envelope))
                                        .orElse(""));
                    case CALLBACKS -> undeliverable(new Verdict.Undeliverable(UNREADABLE.message()));
                };
        return settle(held.lane(), held.partition(), arguments, step, step.doubt.argument(properties.doubt()));
    }

    private boolean settle(Lane lane, int partition, Arguments arguments, Step step, String doubt) {
        List<List<String>> keys = List.of(keyspace.block(lane, partition), keyspace.block(lane.other(), partition));
        arguments
                .add(step.move)
                .add(step.delay)
                .add(properties.retention())
                .add(properties.deadLetterRetention())
                .add(doubt)
                .add(step.counter)
                .add(step.dead)
                .add(step.callbacks)
                .add(step.event)
                .add(step.data)
                .add(properties.journalRetention());
        step.fields.forEach((name, value) -> arguments.add(name).add(value));
        return settle.run(partition, keys, arguments).text(0).equals("settled");
    }

    /** Where nothing was in doubt, there is nothing to clear. */
    private String doubt(Claim claim, Step step) {
        boolean idle = step.doubt == Verdict.Doubt.CLEARED && !claim.doubtful();
        return (idle ? Verdict.Doubt.UNCHANGED : step.doubt).argument(properties.doubt());
    }

    private Step step(Claim claim, Verdict verdict, boolean told) {
        return switch (verdict) {
            case Verdict.Answered answered -> {
                Step step = new Step("done", Verdict.Doubt.CLEARED);
                step.counter = "completed";
                step.callbacks = callbackQueue(claim.lease().queue(), claim.envelope());
                step.event = JournalEntry.DONE;
                step.data = told ? "" : JournalEntry.UNTOLD;
                step.set("state", MessageState.COMPLETED);
                putReply(claim, answered.response(), step);
                yield step;
            }
            case Verdict.Ended ended -> ended(ended, callbackQueue(claim.lease().queue(), claim.envelope()));
            case Verdict.Delivered delivered -> {
                Step step = new Step("done", Verdict.Doubt.UNCHANGED);
                step.counter = "delivered";
                step.set("callback_state", "delivered");
                yield step;
            }
            case Verdict.Undeliverable undeliverable -> undeliverable(undeliverable);
            case Verdict.Later later -> {
                Step step = new Step("retry", later.doubt());
                step.delay = later.delay();
                step.event = JournalEntry.RETRYING;
                step.data = later.reason();
                if (claim.lease().lane() == Lane.MESSAGES) {
                    step.set("state", MessageState.RETRYING);
                    step.set("failures", claim.record().failures() + (later.counted() ? 1 : 0));
                } else {
                    step.set("callback_error", later.reason());
                    step.set("callback_answer", later.said());
                }
                yield step;
            }
            case Verdict.Back back -> {
                Step step = new Step("back", back.doubt());
                step.delay = back.delay();
                if (claim.lease().lane() == Lane.MESSAGES) {
                    step.event = JournalEntry.QUEUED;
                    step.data = "1";
                    step.set("state", MessageState.QUEUED);
                }
                yield step;
            }
        };
    }

    private static Step ended(Verdict.Ended ended, String callbacks) {
        Step step = new Step("done", ended.doubt());
        step.counter = ended.state().toString();
        step.dead = ended.state() == MessageState.FAILED;
        step.callbacks = callbacks;
        step.event = JournalEntry.ERROR;
        step.data = JournalEntry.dataOf(ended.fault());
        step.set("state", ended.state());
        step.set("error_code", ended.fault().code());
        step.set("error", ended.fault().message());
        ended.fault().worker().ifPresent(said -> {
            step.set("worker_status", said.status());
            step.set("worker_text", said.text());
            step.set("worker_body", said.body());
        });
        return step;
    }

    private static Step undeliverable(Verdict.Undeliverable undeliverable) {
        Step step = new Step("done", Verdict.Doubt.UNCHANGED);
        step.counter = "undelivered";
        step.dead = true;
        step.set("callback_state", "dead");
        step.set("callback_error", undeliverable.reason());
        step.set("callback_answer", undeliverable.said());
        step.data = undeliverable.reason();
        return step;
    }

    private void putReply(Claim claim, byte[] response, Step step) {
        if (chunks.inlineReply(response)) {
            step.fields.put("response", response);
        } else {
            step.set("reply_chunks", chunks.layReply(claim.lease(), response));
            step.set("reply_length", response.length);
        }
    }

    /** The callbacks lane's queue for the result of a message in that conversation; empty if it wants none. */
    static String callbackQueue(String conversation, Envelope envelope) {
        return envelope.callbackEndpoint()
                .map(endpoint -> conversation + ":" + Conversation.escape(endpoint))
                .orElse("");
    }

    /** The script's arguments that depend on the verdict. */
    private static final class Step {
        private final String move;
        private final Verdict.Doubt doubt;
        private final Map<String, byte[]> fields = new LinkedHashMap<>();
        private Duration delay = Duration.ZERO;
        private String counter = "";
        private boolean dead;
        private String callbacks = "";
        private String event = "";
        private String data = "";

        private Step(String move, Verdict.Doubt doubt) {
            this.move = move;
            this.doubt = doubt;
        }

        private void set(String field, Object value) {
            fields.put(field, value.toString().getBytes(UTF_8));
        }
    }
}
