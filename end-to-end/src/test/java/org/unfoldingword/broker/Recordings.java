package org.unfoldingword.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What was recorded at the real worker and its clients, in {@code resources/contracts}. */
final class Recordings {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Recordings() {}

    /** The exchanges of a file, one a line, each with the name of its scenario before it. */
    static Stream<Arguments> of(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(Recordings.class.getResourceAsStream("/contracts/" + file))) {
            return new String(in.readAllBytes(), UTF_8)
                            .lines()
                            .map(Recordings::tree)
                            .map(recording ->
                                    Arguments.of(recording.path("scenario").asText(), recording))
                            .toList()
                            .stream();
        }
    }

    /** Of a recording, or of an answer that is compared with one. */
    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException garbled) {
            throw new UncheckedIOException(garbled);
        }
    }
}
