package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.JournalEntry;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.message.MessageId;

class WorkerDialectTest {

    private static final String WAITS =
            "data: {\"type\":\"status\",\"message\":\"Queued — processing will begin shortly\"}\n\n";

    private final MessageId id = MessageId.create(/* partition= */ 0, /* nowMillis= */ 3, RandomGenerator.getDefault());
    private final WorkerDialect dialect = new WorkerDialect();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void tellsThatItWaitsEachTimeItsPlaceChanges() throws IOException {
        say(
                new JournalEntry.Queued("0-1", 3),
                new JournalEntry.Queued("0-1.2", 2),
                new JournalEntry.Queued("0-1.1", 1));

        assertThat(out.toString(UTF_8)).isEqualTo(WAITS + WAITS);
    }

    @Test
    void passesOnWhatTheWorkerSaysByteForByte() throws IOException {
        say(new JournalEntry.Processing("1-0", 1), said("{ \"type\":\"progress\", \"text\":\"é\\n\" }"));

        assertThat(out.toString(UTF_8)).isEqualTo("data: { \"type\":\"progress\", \"text\":\"é\\n\" }\n\n");
    }

    @Test
    void keepsAnEventOnOneLine() throws IOException {
        say(said("{\"type\":\"progress\",\r\n\"text\":\"a\"}"));

        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"type\":\"progress\",  \"text\":\"a\"}\n\n");
    }

    @Test
    void endsWithTheWorkersOwnAnswer() throws IOException {
        say(said("{\"type\":\"complete\",\"response\":{}}"));
        assertThat(out.toString(UTF_8)).isEmpty();

        say(new JournalEntry.Done("1-2", true));
        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"type\":\"complete\",\"response\":{}}\n\n");
    }

    @Test
    void endsOnceThoughAnAttemptBeforeHadEndedToo() throws IOException {
        say(
                new JournalEntry.Processing("1-0", 1),
                said("{\"type\":\"error\",\"error\":\"returned 503\"}"),
                new JournalEntry.Retrying("1-2", "worker_failed"),
                new JournalEntry.Processing("2-0", 2),
                said("{\"type\":\"complete\",\"response\":{}}"),
                new JournalEntry.Done("2-2", true));

        assertThat(out.toString(UTF_8)).isEqualTo(WAITS + "data: {\"type\":\"complete\",\"response\":{}}\n\n");
    }

    @Test
    void endsAsTheLastAttemptDid() throws IOException {
        say(
                new JournalEntry.Processing("1-0", 1),
                said("{\"type\":\"error\",\"error\":\"returned 503\"}"),
                new JournalEntry.Processing("2-0", 2),
                new JournalEntry.Ended("2-1", new MessageRecord.Fault("cancelled", "somebody cancelled it")));

        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"type\":\"error\",\"error\":\"somebody cancelled it\"}\n\n");
    }

    @Test
    void tellsAnErrorOfItsOwnIfTheWorkerHasNotToldIt() throws IOException {
        say(
                said("{\"type\":\"complete\"}"),
                new JournalEntry.Ended("1-2", new MessageRecord.Fault("worker_failed", "no response in it")));

        assertThat(out.toString(UTF_8)).isEqualTo("data: {\"type\":\"error\",\"error\":\"no response in it\"}\n\n");
    }

    /** Its clients' timers do not count comments. */
    @Test
    void keepsAliveWithData() {
        assertThat(new String(dialect.keepAlive(), UTF_8)).isEqualTo("data: {\"type\":\"keepalive\"}\n\n");
    }

    private void say(JournalEntry... entries) throws IOException {
        for (JournalEntry entry : entries) {
            dialect.say(id, entry, out);
        }
    }

    private static JournalEntry said(String json) {
        return new JournalEntry.Said("1-1", List.of(json.getBytes(UTF_8)), /* goesOn= */ false);
    }
}
