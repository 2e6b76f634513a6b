package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.RawObject;

class SubmissionTest {

    private static final String GOOD =
            "{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\"%s}";

    @Test
    void passesOnWhatItDoesNotKnowAndKeepsWhatIsItsOwn() throws IOException {
        Submission read = read(GOOD.formatted(",\"speaker\":\"Ann \\u00e9\",\"callback_url\":\"https://x/cb\","
                + "\"client_message_id\":\"m1\",\"metadata\":{\"a\":1.50},\"expires_in\":30"));
        assertThat(new String(read.body(), UTF_8))
                .isEqualTo("{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\","
                        + "\"speaker\":\"Ann \\u00e9\"}");
        assertThat(read.callbackUrl()).contains("https://x/cb");
        assertThat(read.clientMessageId()).contains("m1");
        assertThat(read.metadata().orElseThrow()).hasToString("{\"a\":1.50}");
        assertThat(read.expiresIn()).contains(Duration.ofSeconds(30));
        assertThat(read.conversation()).isEqualTo(new Conversation("user:acme:ann"));
    }

    @Test
    void ordersAGroupByItsChatAndThreadWhoeverWrites() throws IOException {
        String group = ",\"chat_type\":\"supergroup\",\"chat_id\":\"group:R1/=\",\"thread_id\":\"7\"";
        assertThat(read(GOOD.formatted(group)).conversation().name()).isEqualTo("group:acme:group%3AR1%2F%3D:7");
        String privately = ",\"chat_type\":\"private\",\"chat_id\":\"1\"";
        assertThat(read(GOOD.formatted(privately)).conversation().name()).isEqualTo("user:acme:ann");
    }

    @Test
    void takesTheDefaultOrgAndTellsTheWorker() throws IOException {
        RawObject json = object("{\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\"}");
        Submission read = Submission.read(json, Optional.of("acme"), Optional.empty());
        assertThat(read.org()).isEqualTo("acme");
        assertThat(new String(read.body(), UTF_8)).endsWith(",\"org\":\"acme\"}");
    }

    /** The worker goes by {@code org}, and without either by a default of its own: it must not be another than the one judged here. */
    @Test
    void theWorkerRunsItInTheOrgThatWasJudged() throws IOException {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> read(GOOD.formatted(",\"org\":\"rival\"")))
                .satisfies(problem -> assertThat(problem.field()).contains("org"));
        assertThat(read(GOOD.formatted(",\"org\":\"acme\"")).org()).isEqualTo("acme");

        RawObject nulls =
                object("{\"org\":null,\"org_id\":null,\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\"}");
        Submission read = Submission.read(nulls, Optional.of("acme"), Optional.empty());
        assertThat(new String(read.body(), UTF_8)).contains("\"org\":\"acme\"").doesNotContain("\"org\":null");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "org_id|`{\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\"}`",
                "user_id|`{\"org_id\":\"o\",\"client_id\":\"web\",\"message\":\"hi\"}`",
                "user_id|`{\"org_id\":\"o\",\"user_id\":5,\"client_id\":\"web\",\"message\":\"hi\"}`",
                "user_id|`{\"org_id\":\"o\",\"user_id\":\" \",\"client_id\":\"web\",\"message\":\"hi\"}`",
                "user_id|`{\"org_id\":\"o\",\"user_id\":\"a\\u0000\",\"client_id\":\"web\",\"message\":\"hi\"}`",
                "user_id|`{\"org_id\":\"o\",\"user_id\":\"\\ud800\",\"client_id\":\"web\",\"message\":\"hi\"}`",
                "client_id|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"Web\",\"message\":\"hi\"}`",
                "message|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\"}`",
                "message|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\" \"}`",
                "message|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":7}`",
                "message_type|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message_type\":\"film\"}`",
                "audio_base64|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message_type\":\"audio\"}`",
                "chat_id|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\",\"chat_type\":\"group\"}`",
                "metadata|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\",\"metadata\":[]}`",
                "metadata|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\",\"metadata\":{\"a\":\"\\ud800\"}}`",
                "metadata|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\",\"metadata\":{\"a\":[{\"b\":\"\\udc00\"}]}}`",
                "expires_in|`{\"org_id\":\"o\",\"user_id\":\"a\",\"client_id\":\"web\",\"message\":\"hi\",\"expires_in\":0}`"
            })
    void namesTheFieldAtFault(String field, String json) {
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> read(json)).satisfies(problem -> {
            assertThat(problem.status()).isEqualTo(400);
            assertThat(problem.field()).contains(field);
            assertThat(problem.detail()).startsWith(field + ": ").contains("(expected: ");
        });
    }

    /** As it stands in the body, with its quotes. */
    @Test
    void boundsTheMessage() throws IOException {
        String longest = GOOD.formatted("").replace("hi", "x".repeat(Submission.MESSAGE_MAX_BYTES - 2));
        assertThat(read(longest).conversation()).isEqualTo(new Conversation("user:acme:ann"));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> read(longest.replace("xx\"", "xxx\"")))
                .satisfies(problem -> assertThat(problem.field()).contains("message"));
    }

    private static Submission read(String json) throws IOException {
        return Submission.read(object(json), Optional.empty(), Optional.empty());
    }

    private static RawObject object(String json) throws IOException {
        return RawObject.parse(json.getBytes(UTF_8));
    }
}
