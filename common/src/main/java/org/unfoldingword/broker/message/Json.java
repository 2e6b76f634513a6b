package org.unfoldingword.broker.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.UncheckedIOException;

/** How the broker reads and writes JSON: strict about duplicate names, bounded in depth, exact about numbers. */
public final class Json {

    /** Deeper nesting is refused; real clients use four levels. */
    public static final int NESTING_MAX = 64;

    /** More names, values and brackets in one document are refused: each name costs many times its length. */
    public static final int TOKENS_MAX = 200_000;

    /** Longer numbers are refused, as written: exact ones cost more than their length. */
    public static final int NUMBER_MAX = 1000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Names that strangers choose are not to be kept for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // The usual pool is one a thread, which for virtual threads, one a message, is none at all.
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxTokenCount(TOKENS_MAX)
                    .maxNumberLength(NUMBER_MAX)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .addModule(new Jdk8Module())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    /** For whole documents and small values. Shared, safe for threads, not to be reconfigured. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** An empty object, to be filled. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The value in UTF-8, without blanks. */
    public static byte[] bytes(JsonNode value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For streaming over large documents without reading them into strings. */
    public static JsonFactory factory() {
        return FACTORY;
    }
}
