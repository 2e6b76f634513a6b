package org.unfoldingword.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.telemetry.Meters;

class ApiKeysTest {

    private static final String SINGLE = "single";
    private static final String OLD = "brk_old_0123456789";
    private static final String NEW = "brk_new_0123456789";
    private static final Duration REREAD = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("keys.json");
    }

    @Test
    void knowsTheSingleKeyAndThoseOfTheFile() throws IOException {
        write(entry("\"" + OLD + "\""));
        ApiKeys keys = open();
        assertThat(keys.find(SINGLE).orElseThrow().id()).isEqualTo(Account.SINGLE);
        assertThat(keys.find(SINGLE).orElseThrow().rights()).containsExactlyInAnyOrder(Right.values());
        assertThat(keys.find(OLD).orElseThrow().id()).isEqualTo("gateway");
        assertThat(keys.find(NEW)).isEmpty();
        assertThat(keys.find("")).isEmpty();
        assertThat(keys.find("x".repeat(100_000))).isEmpty();
        assertThat(keys.withId("gateway")).isEqualTo(keys.find(OLD));
    }

    @Test
    void rotatesAKeyWithoutARestart() throws IOException {
        write(entry("\"" + OLD + "\""));
        ApiKeys keys = open();

        write(entry("[\"" + NEW + "\",\"" + OLD + "\"]"));
        assertThat(keys.find(NEW)).as("before it is time to look").isEmpty();
        pass(REREAD);
        assertThat(keys.find(NEW)).isPresent();
        assertThat(keys.find(OLD)).isPresent();

        write(entry("\"" + NEW + "\""));
        pass(REREAD);
        assertThat(keys.find(OLD)).isEmpty();
        assertThat(keys.find(NEW)).isPresent();
    }

    @Test
    void keepsTheLastGoodFileWhileTheOneThereIsBrokenOrGone() throws IOException {
        write(entry("\"" + OLD + "\""));
        ApiKeys keys = open();
        assertThat(stale()).isZero();

        write("{\"keys\":");
        pass(REREAD);
        assertThat(keys.find(OLD)).isPresent();
        pass(REREAD);
        assertThat(keys.find(OLD)).isPresent();
        assertThat(stale()).isEqualTo(1);

        Files.delete(file);
        pass(REREAD);
        assertThat(keys.find(OLD)).isPresent();

        write(entry("\"" + OLD + "\""));
        pass(REREAD);
        assertThat(keys.find(OLD)).isPresent();
        assertThat(stale()).as("the file in force is back").isZero();
    }

    @Test
    void doesNotStartOnAFileThatIsWrongOrMissing() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(this::open)
                .withMessage("broker.access.api-keys-file: " + file + ": no such file (expected: a key file)");
        write("{\"keys\":[]}");
        assertThatIllegalArgumentException()
                .isThrownBy(this::open)
                .withMessage("broker.access.api-keys-file: " + file + ": keys: array (expected: a list of 1 to 1000)");
    }

    private ApiKeys open() {
        return ApiKeys.open(Optional.of(new SecretText(SINGLE)), Optional.of(file), nanos::get, meters);
    }

    private void write(String json) throws IOException {
        Files.writeString(file, json);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private double stale() {
        return meters.get(Meters.KEYS_STALE.id()).gauge().value();
    }

    private static String entry(String key) {
        return "{\"keys\":[{\"id\":\"gateway\",\"key\":" + key
                + ",\"scopes\":[\"submit\"],\"client_ids\":[\"*\"],\"orgs\":[\"*\"]}]}";
    }
}
