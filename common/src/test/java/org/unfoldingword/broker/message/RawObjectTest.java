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

    /** Well-formed all of them, and each was a surprise to whoever read it: answered 500. */
    @ParameterizedTest
    @ValueSource(strings = {"1e9999999999", "-1.5E+2147483648", "0e-00012345678901"})
    void refusesNumbersThatNobodyCanRead(String number) {
        assertThatThrownBy(() -> parse("{\"a\":" + number + "}")).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> parse("{\"a\":[{\"b\":" + number + "}]}")).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void refusesNumbersThatAreTooLong() throws IOException {
        String longest = "1".repeat(Json.NUMBER_MAX);
        assertThat(parse("{\"a\":" + longest + "}").get("a").orElseThrow().asText())
                .isEqualTo(longest);
        assertThatThrownBy(() -> parse("{\"a\":" + longest + "1}")).isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-0.1e-999999999", "1E0000000000000007"})
    void readsNumbersOfAnyExponentOfNineDigits(String number) throws IOException {
        assertThat(parse("{\"a\":" + number + "}").get("a").orElseThrow().decimalValue())
                .isEqualTo(new java.math.BigDecimal(number));
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
