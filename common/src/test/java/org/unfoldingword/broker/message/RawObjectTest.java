package org.unfoldingword.broker.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawObjectTest {

    @Test
    void passesMembersOnByteForByte() throws IOException {
        String json =
                "{ \"a\" : 1.500 , \"b\":{\"x\" : [ 1,2 ]},\"own\":true, \"ü\\u0041\": \"\\u00e9 é\" ,\"n\":null}";
        byte[] rewritten = parse(json).rewrite(Set.of("own"), Map.of("z", "9".getBytes(UTF_8)));
        assertThat(new String(rewritten, UTF_8))
                .isEqualTo("{\"a\" : 1.500,\"b\":{\"x\" : [ 1,2 ]},\"ü\\u0041\": \"\\u00e9 é\",\"n\":null,\"z\":9}");
    }

    @Test
    void findsMembersOfAnySizeAndPlace() throws IOException {
        String text = "x".repeat(100_000);
        RawObject object = parse("{\"big\":\"" + text + "\",\"after\":\"here\",\"num\":-12e3}");
        assertThat(object.length("big")).isEqualTo(100_002);
        assertThat(object.get("after").orElseThrow().textValue()).isEqualTo("here");
        assertThat(object.get("num").orElseThrow().decimalValue()).isEqualByComparingTo("-12000");
        assertThat(object.get("none")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{\"a\":1",
                "{\"a\":1}x",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{'a':1}",
                "{\"a\":tru}",
                "{\"a\":\"\u0001\"}"
            })
    void refusesWhatIsNotOneWellFormedObject(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void refusesDeepNesting() {
        assertThatThrownBy(() -> parse("{\"a\":" + "[".repeat(70) + "]".repeat(70) + "}"))
                .isInstanceOf(JsonProcessingException.class);
    }

    private static RawObject parse(String json) throws IOException {
        return RawObject.parse(json.getBytes(UTF_8));
    }
}
