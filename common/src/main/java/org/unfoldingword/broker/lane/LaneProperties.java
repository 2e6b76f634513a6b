package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.settings.Settings;

/**
 * The engine's numbers. All processes on one Redis should have the same.
 *
 * @param partitions how many hash tags the conversations are spread over; fixed when the data is first written
 * @param lease how long a silent holder keeps a queue; extended at a third of it while the work goes on
 * @param sweep how often a process looks for what is due without having been told; at most 0.8 of the lease, so that a dead
 *     holder's work is found as soon as its lease ends
 * @param queueLimit waiting messages per conversation
 * @param retention how long an ended message can be read
 * @param deadLetterRetention how long a dead letter can be redriven
 * @param idempotencyWindow how long an idempotency key is remembered
 * @param journalRetention how long a journal can be read after the end
 * @param journalEntries entries of one journal; what a worker says beyond is not kept, its answer is
 * @param journalSize bytes of one journal, likewise
 * @param frameBuffer what a worker has said and Redis does not have yet, or nobody has asked for: kept in the holder's memory for
 *     each message that runs; more than that is written down though nobody watches
 * @param doubt how long the next call of a conversation is a careful one, after a call whose end was not seen
 * @param chunk size of the chunks in which large bodies and replies lie beside the streams; hosted Redis takes requests of at most
 *     10 MB
 */
@ConfigurationProperties("broker.lane")
public record LaneProperties(
        @DefaultValue("16") int partitions,
        @DefaultValue("15s") Duration lease,
        @DefaultValue("12s") Duration sweep,
        @DefaultValue("100") int queueLimit,
        @DefaultValue("24h") Duration retention,
        @DefaultValue("30d") Duration deadLetterRetention,
        @DefaultValue("24h") Duration idempotencyWindow,
        @DefaultValue("10m") Duration journalRetention,
        @DefaultValue("100000") int journalEntries,
        @DefaultValue("64MB") DataSize journalSize,
        @DefaultValue("256KB") DataSize frameBuffer,
        @DefaultValue("15m") Duration doubt,
        @DefaultValue("4MB") DataSize chunk) {

    private static final Settings SETTINGS = new Settings("broker.lane");

    public LaneProperties {
        SETTINGS.expect(
                partitions >= 1 && partitions <= MessageId.PARTITIONS_MAX,
                "partitions",
                partitions,
                "1 to " + MessageId.PARTITIONS_MAX);
        SETTINGS.expect(
                lease.compareTo(Duration.ofSeconds(1)) >= 0, "lease", lease, ">= 1s; environment: BROKER_LEASE");
        SETTINGS.positive("sweep", sweep);
        SETTINGS.expect(queueLimit >= 1, "queue-limit", queueLimit, ">= 1; environment: BROKER_QUEUE_LIMIT");
        SETTINGS.positive("retention", retention);
        SETTINGS.positive("dead-letter-retention", deadLetterRetention);
        SETTINGS.positive("idempotency-window", idempotencyWindow);
        SETTINGS.positive("journal-retention", journalRetention);
        SETTINGS.positive("doubt", doubt);
        SETTINGS.expect(journalEntries >= 100, "journal-entries", journalEntries, ">= 100");
        SETTINGS.expect(frameBuffer.toBytes() >= 1024, "frame-buffer", frameBuffer, ">= 1KB");
        SETTINGS.expect(
                journalSize.compareTo(frameBuffer) >= 0,
                "journal-size",
                journalSize,
                "at least frame-buffer, " + frameBuffer);
        SETTINGS.expect(
                chunk.toBytes() >= 1024 && chunk.compareTo(DataSize.ofMegabytes(8)) <= 0, "chunk", chunk, "1KB to 8MB");
    }

    /** The time between sweeps that is in force: never more than 0.8 of the lease. */
    Duration sweepInForce() {
        Duration bound = lease.multipliedBy(8).dividedBy(10);
        return sweep.compareTo(bound) < 0 ? sweep : bound;
    }
}
