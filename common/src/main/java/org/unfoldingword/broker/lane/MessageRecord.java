package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.Optional;
import java.util.function.IntFunction;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageState;

/**
 * What Redis knows about one message; a picture of one moment.
 *
 * @param attempts times that a holder took it, counted from 1
 * @param lapses times that a holder's lease ran out
 * @param failures answers of the worker that said "failed, try again"
 * @param redrivenAt when an operator brought it back last
 * @param redrives times that an operator brought it back; each starts a fresh count of attempts, lapses and failures
 * @param settledToken fencing token of the latest attempt that was settled; of a completed message, of the one that answered
 * @param cancelAsked somebody wants it cancelled while it runs
 * @param watching what is signalled and kept about it
 * @param response the worker's ChatResponse as it wrote it, once completed
 * @param callback how its callback fares, if it asked for one and has ended, or is told of before
 * @param envelope once it was claimed or has ended; empty if it cannot be read
 */
public record MessageRecord(
        MessageState state,
        String conversation,
        Instant acceptedAt,
        Optional<Instant> redrivenAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<Instant> nextAttemptAt,
        int attempts,
        int lapses,
        int failures,
        int redrives,
        Optional<String> settledToken,
        boolean cancelAsked,
        Watching watching,
        Optional<Payload> response,
        Optional<Fault> error,
        Optional<Callback> callback,
        Optional<Envelope> envelope) {

    static MessageRecord of(Fields fields, IntFunction<byte[]> replyChunk) {
        Optional<Payload> response = fields.bytes("response")
                .<Payload>map(Payload.Inline::new)
                .or(() -> fields.number("reply_chunks")
                        .map(chunks -> new Payload.Chunked(
                                chunks.intValue(), fields.number("reply_length").orElse(0L), replyChunk)));
        Optional<Fault> error = fields.text("error_code")
                .map(code -> new Fault(code, fields.textOrBlank("error"), workerError(fields)));
        Optional<Callback> callback = fields.text("callback_state")
                .map(state -> new Callback(
                        state,
                        fields.count("callback_attempts"),
                        fields.count("callback_lapses"),
                        fields.time("callback_next"),
                        fields.text("callback_error"),
                        fields.text("callback_answer").filter(answer -> !answer.isEmpty()),
                        fields.text("callback_told")));
        return new MessageRecord(
                MessageState.of(fields.text("state").orElseThrow()),
                fields.text("name").orElseThrow(),
                acceptedAt(fields),
                fields.time("redriven"),
                fields.time("started"),
                fields.time("finished"),
                fields.time("next"),
                fields.count("attempts"),
                fields.count("lapses"),
                fields.count("failures"),
                fields.count("redrives"),
                fields.text("settled"),
                fields.has("cancel"),
                Watching.of(fields.textOrBlank("watch")),
                response,
                error,
                callback,
                fields.bytes("envelope").flatMap(Envelope::readable));
    }

    /** Since when it waits for its first attempt, or has waited for it: the hours in which it was dead are no waiting. */
    public Instant waitsSince() {
        return redrivenAt.orElse(acceptedAt);
    }

    private static Optional<WorkerError> workerError(Fields fields) {
        return fields.number("worker_status")
                .map(status -> new WorkerError(
                        status.intValue(), fields.textOrBlank("worker_text"), fields.textOrBlank("worker_body")));
    }

    /** The first part of the entry's id, unless the entry was moved. */
    private static Instant acceptedAt(Fields fields) {
        return fields.time("accepted")
                .orElseGet(() -> Instant.ofEpochMilli(
                        Long.parseLong(fields.text("entry").orElseThrow().split("-", 2)[0])));
    }

    /**
     * Why it failed: a stable word and a sentence.
     *
     * @param worker what the worker itself said, if it did
     */
    public record Fault(String code, String message, Optional<WorkerError> worker) {

        public Fault(String code, String message) {
            this(code, message, Optional.empty());
        }

        /** What may be shown to those who may not read messages: the worker's words may quote one. */
        public String withoutWords() {
            return worker.map(said ->
                            said.status() == 200 ? "the worker's turn failed" : "the worker answered " + said.status())
                    .orElse(message);
        }

        /** For people: the worker's own words, if it had any. */
        public String words() {
            String said = worker.map(WorkerError::text).orElse("");
            return !said.isEmpty() ? said : message.isEmpty() ? code : message;
        }
    }

    /**
     * The worker's own word on a failure.
     *
     * @param status of its answer; 200 if it said so within a stream
     * @param text its message for people, without status and code
     * @param body its answer as it came, if that was a small JSON object; else empty
     */
    public record WorkerError(int status, String text, String body) {}

    /**
     * How its callback fares.
     *
     * @param state pending, delivered or dead
     * @param lastError why it was not taken, in our words
     * @param answer the beginning of what its receiver said to that; it may quote the message
     * @param told its deliverer's note on what it has told before the end
     */
    public record Callback(
            String state,
            int attempts,
            int lapses,
            Optional<Instant> nextAttemptAt,
            Optional<String> lastError,
            Optional<String> answer,
            Optional<String> told) {}
}
