package org.unfoldingword.broker.message;

import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A message's name for the outside: a UUID of version 8 (RFC 9562) made of 48 bits of time in ms, 12 bits that name the
 * partition, and 62 random bits. So a look-up by id needs no index, and ids sort by time.
 */
public record MessageId(UUID uuid) implements Comparable<MessageId> {

    /** Partitions fit into the 12 bits after the version. */
    public static final int PARTITIONS_MAX = 4096;

    public MessageId {
        if (uuid.version() != 8) {
            throw new IllegalArgumentException("message_id: " + uuid + " (expected: an id that this broker gave)");
        }
    }

    /** A new id for a message of that partition. */
    public static MessageId create(int partition, long nowMillis, RandomGenerator random) {
        long high = nowMillis << 16 | 0x8000L | partition;
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new MessageId(new UUID(high, low));
    }

    /** Reads an id from outside; empty for whatever cannot be one of ours. */
    public static Optional<MessageId> parse(String text) {
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.version() == 8 && uuid.toString().equals(text)
                    ? Optional.of(new MessageId(uuid))
                    : Optional.empty();
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }

    /** The partition that holds this message. */
    public int partition() {
        return (int) (uuid.getMostSignificantBits() & 0xfff);
    }

    @Override
    public int compareTo(MessageId other) {
        return uuid.compareTo(other.uuid);
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
