package org.unfoldingword.broker.message;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What the broker knows about a message besides its body: who sent it and where its answer goes. Kept as compact JSON, which is
 * read with each claim, many at a time, and with each look-up: so it is small, {@link #BYTES_MAX}.
 *
 * @param org the organisation, as the client wrote it
 * @param user the user, as the client wrote it
 * @param client the kind of client, {@code [a-z0-9][a-z0-9_-]{0,63}}
 * @param clientMessageId the client's own name for the message, echoed back
 * @param callbackUrl where the result is posted
 * @param metadata an object of the client's, echoed back
 * @param expiresAtMillis when waiting any longer is of no use, ms since the epoch
 * @param traceparent the client's W3C trace context
 * @param signer the id of the key whose own secrets sign its callbacks; empty: those of the settings do
 * @param workerCallback what its callbacks need to have the worker's own shape; empty: they have the broker's
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
// While a new version replaces an old one, the old one meets what the new one adds.
@JsonIgnoreProperties(ignoreUnknown = true)
public record Envelope(
        @JsonProperty("o") String org,
        @JsonProperty("u") String user,
        @JsonProperty("c") String client,
        @JsonProperty("i") Optional<String> clientMessageId,
        @JsonProperty("to") Optional<String> callbackUrl,
        @JsonProperty("m") Optional<JsonNode> metadata,
        @JsonProperty("x") Optional<Long> expiresAtMillis,
        @JsonProperty("t") Optional<String> traceparent,
        @JsonProperty("s") Optional<String> signer,
        @JsonProperty("w") Optional<WorkerCallback> workerCallback) {

    /** No message with a larger one is accepted. All its parts at their longest take less. */
    public static final int BYTES_MAX = 64 * 1024;

    private static final ObjectMapper JSON = Json.mapper();

    public Envelope {
        // An absent value may be read back as JSON's null.
        metadata = metadata.filter(value -> !value.isNull());
    }

    /** Of a message whose callbacks, if it has any, have the broker's shape. */
    public Envelope(
            String org,
            String user,
            String client,
            Optional<String> clientMessageId,
            Optional<String> callbackUrl,
            Optional<JsonNode> metadata,
            Optional<Long> expiresAtMillis,
            Optional<String> traceparent) {
        this(
                org,
                user,
                client,
                clientMessageId,
                callbackUrl,
                metadata,
                expiresAtMillis,
                traceparent,
                /* signer= */ Optional.empty(),
                /* workerCallback= */ Optional.empty());
    }

    /** Scheme, host and port of the callback: results of one conversation to one endpoint arrive in order. */
    public Optional<String> callbackEndpoint() {
        return callbackUrl.map(URI::create).map(uri -> {
            boolean usual = uri.getPort() == (uri.getScheme().equalsIgnoreCase("http") ? 80 : 443);
            String port = uri.getPort() < 0 || usual ? "" : ":" + uri.getPort();
            return (uri.getScheme() + "://" + uri.getHost() + port).toLowerCase(Locale.ROOT);
        });
    }

    /** Undone by {@link #parse}. */
    public byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws UncheckedIOException if no envelope has these bytes */
    public static Envelope parse(byte[] bytes) {
        try {
            return Objects.requireNonNull(JSON.readValue(bytes, Envelope.class), "envelope");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #parse}; empty for bytes that no envelope has. */
    public static Optional<Envelope> readable(byte[] bytes) {
        try {
            return Optional.of(parse(bytes));
        } catch (RuntimeException spoilt) {
            return Optional.empty();
        }
    }

    /** What a conversation's name tells of a message whose own envelope cannot be read: whose it is, and no more. */
    public static Envelope ofNothingBut(Conversation conversation) {
        return new Envelope(
                conversation.org(),
                conversation.user().orElse(""),
                /* client= */ "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
