package org.unfoldingword.broker.ingest;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/**
 * How the worker would have told of a message that ended without an answer. Pure.
 *
 * <p>What the worker said itself is given back as it came. Its stream, through which it is usually called, tells only a text; status
 * and code, which its other route would have had, are known from the text.
 */
final class WorkerErrors {

    private static final List<Known> KNOWN = List.of(
            known(
                    "Message is required|audio_base64 and audio_format are required.*",
                    400,
                    "ValidationError",
                    "VALIDATION_ERROR"),
            known(
                    "Unsupported audio format: .*|Audio size .*exceeds.*",
                    400,
                    "AudioTranscriptionError",
                    "AUDIO_TRANSCRIPTION_ERROR"),
            known(
                    "Conversation context grew too large.*",
                    413,
                    "ClaudeRequestBodyTooLargeError",
                    "CLAUDE_REQUEST_BODY_TOO_LARGE"),
            known("Maximum MCP calls .*", 429, "MCPCallLimitError", "MCP_CALL_LIMIT_EXCEEDED"),
            known("Per-request MCP call limit .*", 429, "MCPRequestCallLimitError", "MCP_REQUEST_CALL_LIMIT_EXCEEDED"),
            known("\\d{3} \\{.*", 502, "ClaudeAPIError", "CLAUDE_API_ERROR"));

    /** The status of an answer that goes on to tell of a failure. */
    private static final int STREAMED = 200;

    private WorkerErrors() {}

    /** As the route that answers at once. */
    static Refusal answer(MessageId id, MessageState state, MessageRecord.Fault fault) {
        if (fault.worker().isPresent()) {
            MessageRecord.WorkerError said = fault.worker().get();
            if (!said.body().isEmpty()) {
                return Refusal.verbatim(said.status(), said.body());
            }
            return said.status() == STREAMED
                    ? streamed(said.text())
                    : Refusal.coded(said.status(), "Processing failed", "INTERNAL_ERROR", said.text());
        }
        String text = fault.words();
        return switch (state) {
            case CANCELLED -> Refusal.told(409, "Cancelled", "CANCELLED", text, id.toString());
            case EXPIRED -> Refusal.told(504, "Processing failed", "EXPIRED", text, id.toString());
            default ->
                switch (fault.code()) {
                    case "worker_busy" ->
                        Refusal.putOff(
                                429,
                                "Request in progress",
                                "CONCURRENT_REQUEST_REJECTED",
                                text,
                                AcceptMessage.TRY_AGAIN);
                    case "worker_timeout" ->
                        Refusal.told(504, "Processing failed", "WORKER_TIMEOUT", text, id.toString());
                    default ->
                        Refusal.told(
                                502, "Processing failed", fault.code().toUpperCase(Locale.ROOT), text, id.toString());
                };
        };
    }

    private static Refusal streamed(String text) {
        for (Known known : KNOWN) {
            if (known.text().matcher(text).matches()) {
                return Refusal.coded(known.status(), known.error(), known.code(), text);
            }
        }
        return Refusal.coded(500, "Processing failed", "INTERNAL_ERROR", text);
    }

    private static Known known(String text, int status, String error, String code) {
        return new Known(Pattern.compile(text, Pattern.DOTALL), status, error, code);
    }

    private record Known(Pattern text, int status, String error, String code) {}
}
