package org.unfoldingword.broker.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackPropertiesTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void hasTheseDefaults() {
        assertThat(CallbackSettings.defaults())
                .isEqualTo(new CallbackProperties(
                        List.of(),
                        List.of(),
                        List.of(
                                Duration.ZERO,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(2),
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(30),
                                Duration.ofHours(1),
                                Duration.ofHours(2)),
                        List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30)),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        256,
                        1024,
                        64,
                        0,
                        Duration.ofSeconds(30)));
    }

    @Test
    void hasTheseNames() {
        CallbackProperties properties = new CallbackSettings()
                .with("allowed-hosts", "localhost:3000, gateway")
                .with("signing-secrets", SECRET + "," + SECRET)
                .with("retry-schedule", "1s, 2m")
                .with("worker-retry-schedule", "3s")
                .with("following", "9")
                .with("timeout", "10s")
                .with("connect-timeout", "1s")
                .with("concurrency", "8")
                .with("concurrency-per-origin", "2")
                .with("concurrency-per-org", "3")
                .with("circuit-wait", "1m")
                .bind();

        assertThat(properties.secrets()).hasSize(2);
        assertThat(properties)
                .isEqualTo(new CallbackProperties(
                        List.of("localhost:3000", "gateway"),
                        properties.signingSecrets(),
                        List.of(Duration.ofSeconds(1), Duration.ofMinutes(2)),
                        List.of(Duration.ofSeconds(3)),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        8,
                        9,
                        2,
                        3,
                        Duration.ofMinutes(1)));
    }

    /** As an environment variable that is not set leaves them. */
    @Test
    void takesEmptyListsForNone() {
        CallbackProperties properties = new CallbackSettings()
                .with("allowed-hosts", "")
                .with("signing-secrets", "")
                .bind();

        assertThat(properties).isEqualTo(CallbackSettings.defaults());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    retry-schedule           | ''      | none (expected: at least one wait)
                    retry-schedule           | 0s,-1s  | PT-1S (expected: each wait from 0s to PT24H)
                    retry-schedule           | 25h     | PT25H (expected: each wait from 0s to PT24H)
                    timeout                  | 999ms   | PT0.999S (expected: at least 1s)
                    connect-timeout          | 0s      | PT0S (expected: at least 1ms)
                    connect-timeout          | 61s     | PT1M1S (expected: at most timeout, PT1M)
                    concurrency              | 0       | 0 (expected: >= 1)
                    concurrency-per-origin   | 0       | 0 (expected: from 1 to concurrency, 256)
                    concurrency-per-origin   | 257     | 257 (expected: from 1 to concurrency, 256)
                    concurrency-per-org      | -1      | -1 (expected: from 1 to concurrency, 256; 0 for half of it)
                    concurrency-per-org      | 257     | 257 (expected: from 1 to concurrency, 256; 0 for half of it)
                    circuit-wait             | 0s      | PT0S (expected: at least 1ms)
                    """)
    void refusesWhatMakesNoSense(String name, String value, String fault) {
        assertThatException()
                .isThrownBy(() -> new CallbackSettings().with(name, value).bind())
                .havingRootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .withMessage("broker.callback." + name + ": " + fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsec_aHVudGVyMg==", "whsec_Not+Base64!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    void refusesABadSecretWithoutShowingIt(String secret) {
        assertThatException()
                .isThrownBy(() -> new CallbackSettings()
                        .with("signing-secrets", SECRET + "," + secret)
                        .bind())
                .satisfies(thrown -> assertThat(everythingSaidBy(thrown))
                        .contains("broker.callback.signing-secrets[1]: a secret, not shown"
                                + " (expected: whsec_ and base64 of 24 to 64 bytes, or whsk_ and base64 of 64)")
                        .doesNotContain(secret, secret.replace("whsec_", ""), SECRET));
    }

    @Test
    void neverShowsItsSecrets() {
        CallbackProperties properties =
                new CallbackSettings().with("signing-secrets", SECRET).bind();

        assertThat(properties.toString()).doesNotContain(SECRET, SECRET.substring(6));
        assertThat(properties.secrets().getFirst()).hasToString("");
    }

    private static String everythingSaidBy(Throwable thrown) {
        StringWriter said = new StringWriter();
        thrown.printStackTrace(new PrintWriter(said));
        return said.toString();
    }
}
