package org.unfoldingword.broker.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.callback.WebhookSignature.Finding;
import org.unfoldingword.broker.telemetry.SystemTime;

class WebhookSignatureTest {

    private static final String OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String NEW = "whsec_" + Base64.getEncoder().encodeToString(new byte[64]);
    private static final String OTHER =
            "whsec_" + Base64.getEncoder().encodeToString("x".repeat(24).getBytes(UTF_8));
    private static final String PRIVATE =
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);
    private static final byte[] PAYLOAD = "{\"test\": 2432232314}".getBytes(UTF_8);

    /** The vector of the reference implementations' own tests. */
    @Test
    void signsAsTheReferenceDoes() {
        assertThat(signature(OLD).sign(ID, NOW, PAYLOAD))
                .containsExactly(
                        Map.entry("webhook-id", ID),
                        Map.entry("webhook-timestamp", "1614265330"),
                        Map.entry("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    /** The ed25519 vector of the reference implementations' own tests: the receiver has only the public key. */
    @Test
    void signsWithAPrivateKeyAsTheReferenceDoes() {
        Map<String, String> headers = signature(PRIVATE).sign(ID, NOW, PAYLOAD);

        assertThat(headers.get("webhook-signature"))
                .isEqualTo(
                        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==");
        assertThat(signature(PRIVATE).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
    }

    @Test
    void signsInBothWaysWhileReceiversChangeTheirs() {
        Map<String, String> headers = signature(PRIVATE, OLD).sign(ID, NOW, PAYLOAD);

        assertThat(headers.get("webhook-signature").split(" "))
                .satisfiesExactly(entry -> assertThat(entry).startsWith("v1a,"), entry -> assertThat(entry)
                        .startsWith("v1,"));
        assertThat(signature(OLD).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
        assertThat(signature(PRIVATE).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whsk_AAAA",
                "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
            })
    void refusesWhatIsNoPrivateKeyAndDoesNotShowIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningSecret.of(text))
                .withMessageContaining("not shown")
                .withMessageNotContaining(text);
    }

    @Test
    void isAcceptedByTheReferenceLibraryUnderEachOfItsSecrets() throws Exception {
        Instant now = SystemTime.instants().instant(); // the library has no other clock
        Map<String, String> sent = signature(NEW, OLD).sign(ID, now, PAYLOAD);
        HttpHeaders received = HttpHeaders.of(
                sent.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
                (name, value) -> true);

        for (String secret : List.of(NEW, OLD)) {
            assertThatCode(() -> new Webhook(secret).verify(new String(PAYLOAD, UTF_8), received))
                    .doesNotThrowAnyException();
        }
        assertThat(sent.get("webhook-signature").split(" ")).hasSize(2);
    }

    @Test
    void signsABodyInPartsAsItDoesInOnePiece() {
        CallbackBody parts = CallbackBody.of("{\"test\"".getBytes(UTF_8), ": 2432232314}".getBytes(UTF_8));

        assertThat(signature(OLD).sign(ID, NOW, parts)).isEqualTo(signature(OLD).sign(ID, NOW, PAYLOAD));
    }

    @Test
    void namesMessageAndTimeAlsoWithoutASecret() {
        assertThat(signature().sign(ID, NOW, PAYLOAD)).containsOnlyKeys("webhook-id", "webhook-timestamp");
    }

    @Test
    void refusesAnIdThatContainsTheSeparator() {
        assertThatIllegalArgumentException().isThrownBy(() -> signature(OLD).sign("a.1", NOW, PAYLOAD));
    }

    @Test
    void verifiesWhatAnyOfTheSecretsSigned() {
        Map<String, String> headers = signature(NEW, OLD).sign(ID, NOW, PAYLOAD);

        assertThat(signature(OLD).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
        assertThat(signature(NEW).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
        assertThat(signature(OTHER, OLD).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.GENUINE);
        assertThat(signature(OTHER).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.FORGED);
        assertThat(signature().verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.FORGED);
    }

    @Test
    void noticesAnyChange() {
        assertThat(finding(Map.of("webhook-id", "msg_other"), PAYLOAD)).isEqualTo(Finding.FORGED);
        assertThat(finding(Map.of("webhook-timestamp", "1614265331"), PAYLOAD)).isEqualTo(Finding.FORGED);
        assertThat(finding(
                        Map.of("webhook-signature", "v1,AAAA v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
                        PAYLOAD))
                .isEqualTo(Finding.FORGED);
        assertThat(finding(Map.of(), "{\"test\":2432232314}".getBytes(UTF_8))).isEqualTo(Finding.FORGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"webhook-id", "webhook-timestamp", "webhook-signature"})
    void findsNothingToCheckWithoutAllThreeHeaders(String missing) {
        Map<String, String> headers = new HashMap<>(signature(OLD).sign(ID, NOW, PAYLOAD));
        headers.remove(missing);

        assertThat(signature(OLD).verify(headers::get, PAYLOAD, NOW)).isEqualTo(Finding.UNSIGNED);
        assertThat(finding(Map.of("webhook-timestamp", "soon"), PAYLOAD)).isEqualTo(Finding.UNSIGNED);
    }

    @Test
    void findsOldAndFutureTimestampsStale() {
        Map<String, String> headers = signature(OLD).sign(ID, NOW, PAYLOAD);
        Duration tolerance = WebhookSignature.TOLERANCE;

        assertThat(signature(OLD).verify(headers::get, PAYLOAD, NOW.plus(tolerance)))
                .isEqualTo(Finding.GENUINE);
        assertThat(signature(OLD).verify(headers::get, PAYLOAD, NOW.minus(tolerance)))
                .isEqualTo(Finding.GENUINE);
        assertThat(signature(OLD)
                        .verify(headers::get, PAYLOAD, NOW.plus(tolerance).plusSeconds(1)))
                .isEqualTo(Finding.STALE);
        assertThat(signature(OLD)
                        .verify(headers::get, PAYLOAD, NOW.minus(tolerance).minusSeconds(1)))
                .isEqualTo(Finding.STALE);
    }

    private static Finding finding(Map<String, String> changes, byte[] payload) {
        Map<String, String> headers = new HashMap<>(signature(OLD).sign(ID, NOW, PAYLOAD));
        headers.putAll(changes);
        return signature(OLD).verify(headers::get, payload, NOW);
    }

    private static WebhookSignature signature(String... secrets) {
        return new WebhookSignature(
                List.of(secrets).stream().map(SigningSecret::of).toList());
    }
}
