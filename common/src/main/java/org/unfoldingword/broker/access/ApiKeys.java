package org.unfoldingword.broker.access;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * The keys in force: the single one, and those of the key file. Safe for threads.
 *
 * <p>The file is looked at again by the first question after a while, so a new key works and a withdrawn one fails within that
 * while. A file that cannot be read or is wrong changes nothing: the last good one stays in force, a log line and a meter say so.
 */
public final class ApiKeys {

    private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);

    /** How long a change of the file may go unnoticed. */
    private static final Duration REREAD = Duration.ofSeconds(2);

    private static final int FILE_MAX_BYTES = 1024 * 1024;
    private static final int SHOWN_MAX = 512;

    private final Optional<Account> single;
    private final Optional<Path> file;
    private final Ticker ticker;
    private final ReentrantLock reading = new ReentrantLock();

    private volatile List<Account> accounts;
    /** What is wrong with the file that is there now; null if it is the one in force. Written under {@link #reading}. */
    private volatile @Nullable String fault;

    private volatile long rereadAtNanos;
    /** Of the file in force. Guarded by {@link #reading}. */
    private @Nullable KeyDigest inForce;

    private ApiKeys(Optional<Account> single, Optional<Path> file, Ticker ticker, MeterRegistry meters) {
        this.single = single;
        this.file = file;
        this.ticker = ticker;
        this.accounts = single.stream().toList();
        Meters.KEYS_STALE.gauge(meters, () -> fault == null ? 0 : 1);
    }

    /**
     * Reads the keys for the first time.
     *
     * @throws IllegalArgumentException naming in one line what is wrong with the file; it shows no secret
     */
    static ApiKeys open(Optional<SecretText> single, Optional<Path> file, Ticker ticker, MeterRegistry meters) {
        ApiKeys keys = new ApiKeys(single.map(key -> Account.ofSingleKey(key.reveal())), file, ticker, meters);
        file.ifPresent(path -> {
            try {
                keys.take(content(path));
            } catch (IllegalArgumentException broken) {
                throw new IllegalArgumentException(
                        "broker.access.api-keys-file: " + path + ": " + broken.getMessage(), broken);
            }
        });
        keys.rereadAtNanos = ticker.nanos() + REREAD.toNanos();
        return keys;
    }

    /** True if nobody can have a key. */
    public boolean none() {
        return single.isEmpty() && file.isEmpty();
    }

    /** True if all come with the same key, so that nobody has to be kept from another's share. */
    public boolean one() {
        return file.isEmpty();
    }

    /** Whose key it is. Takes as long whichever it is, or if it is nobody's. */
    public Optional<Account> find(String shown) {
        reread();
        if (shown.length() > SHOWN_MAX) {
            return Optional.empty();
        }
        KeyDigest digest = KeyDigest.of(shown);
        Optional<Account> found = Optional.empty();
        for (Account account : accounts) {
            if (account.opensWith(digest)) {
                found = Optional.of(account);
            }
        }
        return found;
    }

    /** The account of that id, if it has a key now. */
    public Optional<Account> withId(String id) {
        reread();
        return accounts.stream().filter(account -> account.id().equals(id)).findFirst();
    }

    /** One thread looks, if it is time; the others go on with what is in force. */
    private void reread() {
        if (file.isEmpty() || ticker.nanos() - rereadAtNanos < 0 || !reading.tryLock()) {
            return;
        }
        try {
            reread(file.get());
            rereadAtNanos = ticker.nanos() + REREAD.toNanos();
        } finally {
            reading.unlock();
        }
    }

    private void reread(Path path) {
        try {
            byte[] content = content(path);
            if (inForce == null || !inForce.equals(KeyDigest.of(content))) {
                take(content);
                log.info("keys: {} has changed and is in force, {} accounts", path, accounts.size());
            }
            fault = null;
        } catch (IllegalArgumentException broken) {
            String told = fault;
            fault = String.valueOf(broken.getMessage());
            if (!fault.equals(told)) {
                log.error("keys: {} is not taken, the last good one stays in force: {}", path, fault);
            }
        }
    }

    private void take(byte[] content) {
        List<Account> all = new ArrayList<>(single.stream().toList());
        all.addAll(KeyFile.parse(content));
        accounts = List.copyOf(all);
        inForce = KeyDigest.of(content);
    }

    private static byte[] content(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(FILE_MAX_BYTES + 1);
            if (content.length > FILE_MAX_BYTES) {
                throw new IllegalArgumentException("longer than " + FILE_MAX_BYTES + " bytes (expected: at most that)");
            }
            return content;
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException("no such file (expected: a key file)", missing);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("cannot be read (expected: a key file)", unreadable);
        }
    }
}
