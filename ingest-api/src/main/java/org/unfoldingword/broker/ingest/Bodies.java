package org.unfoldingword.broker.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.unfoldingword.broker.message.Json;
import org.unfoldingword.broker.message.RawObject;

/** Request bodies in, response bodies out. */
final class Bodies {

    private Bodies() {}

    /** The request's JSON object, at most so many bytes long. */
    static Read read(HttpServletRequest request, long maxBytes) throws IOException {
        String type = Optional.ofNullable(request.getContentType()).orElse("application/json");
        if (!type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            throw Problem.of(415, "unsupported_media_type", "Content-Type: " + type + " (expected: application/json)");
        }
        if (request.getContentLengthLong() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        byte[] bytes = request.getInputStream().readNBytes((int) maxBytes + 1);
        if (bytes.length > maxBytes) {
            throw tooLarge(maxBytes);
        }
        try {
            return new Read(bytes, RawObject.parse(bytes));
        } catch (JsonProcessingException malformed) {
            throw Problem.of(
                    400,
                    "invalid_json",
                    "body: " + malformed.getOriginalMessage() + " (expected: one JSON object in UTF-8)");
        }
    }

    /** A body as it came, and its members. */
    record Read(byte[] bytes, RawObject object) {}

    static byte[] bytes(JsonNode json) {
        try {
            return Json.mapper().writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Problem tooLarge(long maxBytes) {
        return Problem.of(413, "body_too_large", "body: longer than " + maxBytes + " bytes (expected: at most that)");
    }
}
